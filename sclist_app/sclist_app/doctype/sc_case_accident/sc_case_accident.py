from sclist_app.access.guard import Row


class SCCaseAccident(Row):
	pass
