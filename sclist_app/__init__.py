"""Low-code procedures for the list of seriously dishonest entities in work safety."""

__version__ = "0.1.0"
