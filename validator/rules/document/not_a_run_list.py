"""The document is JSON, but neither a page of runs nor a run.

It is mostly the answer to another question: an API error object that was recorded in place of the page, a list of
messages, run steps or assistants, or the shape that a compatible server or a client made of the list. The finding says
what the document looks like and is the only one, since nothing in it can be checked as a run. Accepted are a page (an
object with `data`), a run, an array of pages or of runs, and an export (an object with `runs`); with `--expect page`,
pages only. The data of an event of a stream is one run.

A check that checked no run has not succeeded, and neither has that of a named recording with error responses alone. So
no option leaves this rule out, and where `schema:type` and its like are left out, this finding stands for what holds no
array of runs, or is no run among runs. An empty page is valid.

Bad:

    {"error": {"message": "No thread found.", "type": "invalid_request_error", "param": null, "code": null}}

Good:

    {"object": "list", "data": [], "first_id": null, "last_id": null, "has_more": false}
"""

from validator.rules.base import ERROR, make_rule

check = make_rule(
    __name__,
    __doc__,
    severity=ERROR,
    mandatory=True,
    source="https://platform.openai.com/docs/api-reference/runs/listRuns",
    source_note="returns a list of run objects",
    evidence="15 of 15 genuine lists are recognised",
)
