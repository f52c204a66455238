"""A run carries an error although it did not fail.

Clients that test `last_error` before the status will throw away a good answer; those that test the status first never
see the error. The contract knows no run that half failed: one that hit a token limit is incomplete and says so in
`incomplete_details`, one that was too slow is expired. Few genuine runs of these kinds were seen, so this is a warning.

Bad:

    {"status": "completed", "last_error": {"code": "server_error", "message": "Sorry, something went wrong."}}

Good:

    {"status": "completed", "last_error": null}
"""

from validator.rules.base import ACTIVE, TERMINAL, WARNING, Problem, Problems, Run, Shown, rule


@rule(
    subject="run",
    group="status",
    severity=WARNING,
    statuses=(ACTIVE | TERMINAL) - {"failed"},
    requires=("last_error",),
    source="https://github.com/openai/openai-openapi/blob/master/openapi.yaml",
    source_note='RunObject: last_error "will be null if there are no errors"',
    evidence="held in 2 of 2 genuine runs with an error",
)
def check(run: Run) -> Problems:
    return [
        Problem(
            "last_error",
            'has code {}, but status is {}; it is null unless status is "failed"',
            (Shown(run["last_error"]["code"]), Shown(run["status"])),
        )
    ]
