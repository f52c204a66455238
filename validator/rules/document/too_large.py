"""The document is larger than the limit.

At most 64 MiB of a document are read, counted after unpacking, so that neither a runaway export nor a compressed file
of a few kilobytes that unpacks to gigabytes can fill the memory. A page of 100 runs is rarely more than one megabyte:
what is larger is an archive, and better kept as JSON Lines, one page or run to a line, where the limit is for each
line. `--max-bytes` sets another limit. A value that is given to the library is too large, too, where it holds an
integer of more digits than Python writes (4300, unless `sys.set_int_max_str_digits` says otherwise).

What is built of those bytes has limits of its own, since a few bytes can become a large value: one value for every 12
bytes of the limit, one call of a recording for every 128, and 100,000 problems, after which the rest is not checked.
"""

from validator.rules.base import ERROR, make_rule

check = make_rule(
    __name__,
    __doc__,
    severity=ERROR,
    mandatory=True,
    source="https://www.rfc-editor.org/rfc/rfc8259#section-9",
    source_note="a parser may limit the size of texts",
)
