from sclist_app.access.guard import Row


class SCProcedureLimit(Row):
	pass
