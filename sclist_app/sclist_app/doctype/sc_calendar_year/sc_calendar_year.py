from sclist_app.access.guard import Row


class SCCalendarYear(Row):
	pass
