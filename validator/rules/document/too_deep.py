"""The document nests objects and arrays more than 256 levels deep.

No genuine response comes near that: a run itself needs fewer than ten levels, and the deepest thing in it, the
`parameters` schema of a function, a few more. What is deeper was made by a loop, such as a schema generator that
follows a type which contains itself, or was made to exhaust the stack of whoever reads it: parsers give up at depths
of their own. Brackets inside strings do not count. Exactly 256 levels are allowed. A value that is given to the library
and contains itself has no end of levels.
"""

from validator.rules.base import ERROR, make_rule

check = make_rule(
    __name__,
    __doc__,
    severity=ERROR,
    mandatory=True,
    source="https://www.rfc-editor.org/rfc/rfc8259#section-9",
    source_note="a parser may limit the depth of nesting",
)
