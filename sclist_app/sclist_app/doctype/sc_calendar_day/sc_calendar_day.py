from sclist_app.access.guard import Row


class SCCalendarDay(Row):
	pass
