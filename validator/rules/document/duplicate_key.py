"""One object has the same key twice.

Which of the two values counts is up to the parser: most take the last, some the first, some refuse, so two clients read
two different runs. It happens where JSON is put together from strings, or where a recording is edited by hand and the
old line stays. The finding is at the later key and says where the first one is; the last value is the one that all
other rules check. Two equal values are reported as well. The same key in two different objects is no duplicate.

Bad:

    {"object": "list", "data": [], "first_id": null, "last_id": null, "has_more": true, "has_more": false}

Good:

    {"object": "list", "data": [], "first_id": null, "last_id": null, "has_more": false}
"""

from validator.rules.base import ERROR, make_rule

check = make_rule(
    __name__,
    __doc__,
    severity=ERROR,
    source="https://www.rfc-editor.org/rfc/rfc8259#section-4",
    source_note="names within an object should be unique; what software does otherwise is unpredictable",
)
