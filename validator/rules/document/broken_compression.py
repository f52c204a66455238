"""The compressed data does not unpack.

The file, or the body of a recorded response, begins as gzip or zstd data does, but ends too early, fails its checksum,
or goes on with something else: a download that was broken off, a disk that was full, a file that was opened as text.
What could be unpacked of JSON Lines before that is checked; of a single document nothing is. Compression is recognised
by the first bytes, whatever the file is called.
"""

from validator.rules.base import ERROR, make_rule

check = make_rule(
    __name__,
    __doc__,
    severity=ERROR,
    mandatory=True,
    source="https://www.rfc-editor.org/rfc/rfc1952#section-2.3",
    source_note=(
        "gzip: each member ends with a checksum and a size; zstd: https://www.rfc-editor.org/rfc/rfc8878#section-3.1"
    ),
)
