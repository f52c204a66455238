"""The recording is not one: a HAR without entries, a cassette without interactions, a call without a request.

A file that is named `.har` holds a JSON object with `log.entries`; one that is named `.yaml` or `.yml` holds the
`interactions` of vcrpy or the `http_interactions` of the Ruby gem VCR. Without them nobody can tell which responses
were recorded, and a test that plays the file back sends its requests to the server after all. Calls that are whole are
still checked.
"""

from validator.rules.base import ERROR, make_rule

check = make_rule(
    __name__,
    __doc__,
    severity=ERROR,
    mandatory=True,
    source="https://w3c.github.io/web-performance/specs/HAR/Overview.html",
    source_note=("HAR 1.2; vcrpy: https://vcrpy.readthedocs.io/en/latest/usage.html; VCR: https://github.com/vcr/vcr"),
)
