from sclist_app.access.guard import Row


class SCCaseMeasure(Row):
	pass
