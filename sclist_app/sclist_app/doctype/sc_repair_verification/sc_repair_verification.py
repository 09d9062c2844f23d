from sclist_app.access.guard import Row


class SCRepairVerification(Row):
	pass
