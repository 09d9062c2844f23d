from sclist_app.access.guard import Row


class SCRepairSupplement(Row):
	pass
