"""Checks of a live server: what to ask it, a recording of its answers, and the verdict on every statement."""
