from sclist_app.access.guard import Row


class SCProcedureStep(Row):
	pass
