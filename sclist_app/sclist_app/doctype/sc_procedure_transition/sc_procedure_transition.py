from sclist_app.access.guard import Row


class SCProcedureTransition(Row):
	pass
