"""A run carries an error although it did not fail.

Clients that test `last_error` before the status will throw away a good answer; those that test the status first never
see the error. The contract knows no run that half failed: one that hit a token limit is incomplete and says so in
`incomplete_details`, one that was too slow is expired. Few genuine runs of these kinds were seen, so this is a warning.

Bad:

    {"status": "completed", "last_error": {"code": "server_error", "message": "Sorry, something went wrong."}}

Good:

    {"status": "completed", "last_error": null}

Source: https://github.com/openai/openai-openapi/blob/master/openapi.yaml (RunObject: last_error "will be null if there
are no errors"); held in 2 of 2 genuine runs with an error.
"""

from collections.abc import Iterable

from validator.core.phrases import Shown
from validator.core.problem import Problem
from validator.rules.base import WARNING, rule
from validator.rules.support.objects import ACTIVE, TERMINAL, Run


@rule(group="status", severity=WARNING, on=(ACTIVE | TERMINAL) - {"failed"}, given=("last_error",))
def check(run: Run) -> Iterable[Problem]:
    return [
        Problem(
            "last_error",
            'has code {}, but status is {}; it is null unless status is "failed"',
            (Shown(run["last_error"]["code"]), Shown(run["status"])),
        )
    ]
