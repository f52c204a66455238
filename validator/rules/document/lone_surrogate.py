r"""A string holds half a character: one surrogate of a pair without the other.

JSON writes characters beyond U+FFFF, such as emoji, as two escapes. A text that was cut by length, in a language that
counts in 16-bit units, can end between the two. Some parsers refuse the document, others put U+FFFD there, and a
client that writes the string out again as UTF-8 fails much later and far from the cause. A whole pair is fine, and so
is the character itself.

Bad:

    {"id": "run_Zb4kWn9TqLx2Vd7RmYc5JsHf", "object": "thread.run", "status": "queued", "model": "Kind \ud83d"}

Good:

    {"id": "run_Zb4kWn9TqLx2Vd7RmYc5JsHf", "object": "thread.run", "status": "queued", "model": "Kind \ud83d\ude42"}
"""

from validator.rules.base import WARNING, make_rule

check = make_rule(
    __name__,
    __doc__,
    severity=WARNING,
    source="https://www.rfc-editor.org/rfc/rfc8259#section-8.2",
    source_note="what software does with an unpaired surrogate is unpredictable",
)
