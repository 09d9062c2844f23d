from sclist_app.access.guard import Row


class SCRepairEvidence(Row):
	pass
