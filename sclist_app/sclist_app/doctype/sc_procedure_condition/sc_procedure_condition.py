from sclist_app.access.guard import Row


class SCProcedureCondition(Row):
	pass
