from sclist_app.access.guard import Row


class SCLocalRuleIndustry(Row):
	pass
