"""What the exit codes of the command mean; the highest wins."""

CLEAN = 0
"""Nothing reaches `--fail-on`."""
FOUND = 1
"""Something does."""
FAILED = 2
"""Something could not be opened or used."""
SIGNALLED = 128
"""With the number of the signal added: somebody ended it."""
