from sclist_app.access.guard import Row


class SCProcedureField(Row):
	pass
