from sclist_app.access.guard import Row


class SCRemedyOutcome(Row):
	pass
