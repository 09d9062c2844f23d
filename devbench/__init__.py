"""A Frappe site on a machine that has none: build, start, test, stop (`make demo`, `make test`, `make stop`)."""
