"""A rule failed: the fault is in this program, not in the document.

The finding names the rule that raised an exception and what was raised. Every other rule was still applied to the
document, and the other documents were checked, but what the failed rule would have said is unknown; so the exit code
is 2, "could not check", and this finding can be neither ignored nor remapped. Please report it, with the smallest
document that shows it and the output of `--debug`, which adds the traceback.
"""

from validator.rules.base import ERROR, make_rule

check = make_rule(
    __name__,
    __doc__,
    severity=ERROR,
    mandatory=True,
    source="https://docs.python.org/3/tutorial/errors.html#exceptions",
    source_note="errors that are detected while a program runs",
)
