"""Hostile input and machines that fail."""
