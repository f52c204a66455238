"""A run says why it is incomplete although its status is another.

A reader that finds `incomplete_details` takes the answer for one that was cut short, whatever the status says. An empty
object is no better than a filled one: it is not null, and that is what clients test. Runs of the v1 generation, which
carry `file_ids`, are not checked: they had this field before the status "incomplete" existed and completed with it.

Bad:

    {"status": "completed", "incomplete_details": {"reason": "max_completion_tokens"}}

Good:

    {"status": "completed", "incomplete_details": null}
"""

from validator.rules.base import WARNING
from validator.rules.support.status import allowed_only_in

check = allowed_only_in(
    __name__,
    __doc__,
    field="incomplete_details",
    statuses=("incomplete",),
    severity=WARNING,
    key="reason",
    requires_null=("file_ids",),
    source="https://github.com/openai/openai-openapi/blob/master/openapi.yaml",
    source_note='RunObject: incomplete_details "will be null if the run is not incomplete"',
    evidence="0 exceptions among genuine v2 runs, 1 among those of v1",
)
