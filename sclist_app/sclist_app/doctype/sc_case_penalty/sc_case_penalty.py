from sclist_app.access.guard import Row


class SCCasePenalty(Row):
	pass
