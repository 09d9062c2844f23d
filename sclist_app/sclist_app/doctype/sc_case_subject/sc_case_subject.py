from sclist_app.access.guard import Row


class SCCaseSubject(Row):
	pass
