"""The bytes are not UTF-8 text.

JSON that is exchanged between systems is UTF-8. A file that was saved in Latin-1, Windows-1252 or UTF-16 fails in some
clients and turns into wrong letters in others, mostly inside `instructions`, where nobody looks. The finding gives the
line of the first byte that is wrong, and names UTF-16 and UTF-32, which PowerShell's `>` writes. One byte order mark
at the start of UTF-8 text is allowed. To fix a file, save it again as UTF-8 (`iconv -f utf-16 -t utf-8`).
"""

from validator.rules.base import ERROR, make_rule

check = make_rule(
    __name__,
    __doc__,
    severity=ERROR,
    mandatory=True,
    source="https://www.rfc-editor.org/rfc/rfc8259#section-8.1",
    source_note="JSON text exchanged between systems is encoded in UTF-8",
)
