from sclist_app.access.guard import Row


class SCStatuteKind(Row):
	pass
