"""A run carries an error although it did not fail.

Clients that test `last_error` before the status will throw away a good answer; those that test the status first never
see the error. The contract knows no run that half failed: one that hit a token limit is incomplete and says so in
`incomplete_details`, one that was too slow is expired. Few genuine runs of these kinds were seen, so this is a warning.

Bad:

    {"status": "completed", "last_error": {"code": "server_error", "message": "Sorry, something went wrong."}}

Good:

    {"status": "completed", "last_error": null}
"""

from validator.rules.base import WARNING
from validator.rules.support.status import allowed_only_in

check = allowed_only_in(
    __name__,
    __doc__,
    field="last_error",
    statuses=("failed",),
    severity=WARNING,
    key="code",
    source="https://github.com/openai/openai-openapi/blob/master/openapi.yaml",
    source_note='RunObject: last_error "will be null if there are no errors"',
    evidence="held in 2 of 2 genuine runs with an error",
)
