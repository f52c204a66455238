"""Recorded HTTP: calls and their bodies in HAR files and cassettes."""
