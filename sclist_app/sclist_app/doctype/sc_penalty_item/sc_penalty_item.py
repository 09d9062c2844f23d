from sclist_app.access.guard import Row


class SCPenaltyItem(Row):
	pass
