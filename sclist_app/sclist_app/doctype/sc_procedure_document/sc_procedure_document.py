from sclist_app.access.guard import Row


class SCProcedureDocument(Row):
	pass
