from sclist_app.access.guard import Row


class SCLocalRuleRecipient(Row):
	pass
