from setuptools import setup

# All metadata stands in pyproject.toml; this file serves tools that still look for it.
setup()
