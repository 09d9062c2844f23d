from sclist_app.access.guard import Row


class SCLocalRuleWay(Row):
	pass
