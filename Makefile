# Everything is done by devbench/ (Python's standard library alone).
PYTHON ?= $(shell command -v /usr/bin/python3.11 || command -v python3.11 || command -v python3)
DEVBENCH = @$(PYTHON) -m devbench

.PHONY: help demo test stop shell clean

help:
	@echo "make demo   build what is missing, start the site and print its address and accounts"
	@echo "make test   unit, site and browser tests (PYTEST_ARGS narrows them)"
	@echo "make shell  a Python shell on the site"
	@echo "make stop   end every process of the bench"
	@echo "make clean  stop, and remove everything that was built"
	@echo "SCLIST_BENCH=path SCLIST_SITE=name use an existing bench instead of building one"

demo test stop shell clean:
	$(DEVBENCH) $@
