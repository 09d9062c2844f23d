from sclist_app.access.guard import Row


class SCCaseEvidence(Row):
	pass
