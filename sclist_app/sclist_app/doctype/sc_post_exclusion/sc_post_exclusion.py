from sclist_app.access.guard import Row


class SCPostExclusion(Row):
	pass
