from sclist_app.register import number_register


def execute(filters=None):
	return number_register.report(filters or {})
