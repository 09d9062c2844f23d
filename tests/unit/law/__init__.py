"""Checks of the legal floor: no site, no database, milliseconds."""
