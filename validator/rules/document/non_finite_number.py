"""A number is no finite number: NaN, Infinity, or too large to be read exactly.

JSON has no NaN and no Infinity, and clients other than Python's refuse the whole document for one. A number with a
fraction or an exponent that overflows a double, such as 1e400, becomes infinity without a word, and an integer of more
than 4300 digits is refused by Python. It comes from serialisers that do not check, as Python's `json.dumps` by default.
The field counts as misshapen, so no other rule judges it. Shorter integers are exact, however large, and legal here.

Bad:

    {"id": "run_Zb4kWn9TqLx2Vd7RmYc5JsHf", "object": "thread.run", "status": "completed", "temperature": NaN}

Good:

    {"id": "run_Zb4kWn9TqLx2Vd7RmYc5JsHf", "object": "thread.run", "status": "completed", "temperature": 1.0}
"""

from validator.rules.base import ERROR, make_rule

check = make_rule(
    __name__,
    __doc__,
    severity=ERROR,
    source="https://www.rfc-editor.org/rfc/rfc8259#section-6",
    source_note="values such as Infinity and NaN are not permitted",
)
