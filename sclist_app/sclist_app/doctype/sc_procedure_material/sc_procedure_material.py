from sclist_app.access.guard import Row


class SCProcedureMaterial(Row):
	pass
