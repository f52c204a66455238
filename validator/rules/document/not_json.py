"""The text is not JSON, or not the kind of content that its name promises.

A client's parser stops here, and nothing else about the document is known. The finding gives the line and column at
which the text stops being JSON and what was expected there; where the text looks like something else altogether (HTML
from a gateway, an event stream, JSON Lines, a Python repr, a response saved with its headers), it says that once,
instead of a syntax error at the first character. Comments, trailing commas and single quotes are not JSON, whichever
parsers put up with them.

Bad:

    {"object": "list", "data": [], "first_id": null, "last_id": null, "has_more": false,}

Good:

    {"object": "list", "data": [], "first_id": null, "last_id": null, "has_more": false}
"""

from validator.rules.base import ERROR, make_rule

check = make_rule(
    __name__,
    __doc__,
    severity=ERROR,
    mandatory=True,
    source="https://www.rfc-editor.org/rfc/rfc8259",
    source_note="the grammar of JSON",
)
