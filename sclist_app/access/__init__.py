"""Bureaus, posts, who sees what, who may do what."""
