"""Output formats: one module each, imported only when it is asked for. To add one, add a line to `registry.py`."""
