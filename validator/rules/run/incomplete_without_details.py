"""An incomplete run does not say why it is incomplete.

An incomplete run ended at a limit, and which limit decides what helps: a longer answer needs a higher
`max_completion_tokens`, a long thread another truncation. Without a reason the user sees half an answer and no way on.
The reason may be any: Azure's content filter ends runs as incomplete, too. It is not compared with the token counts,
which genuine servers contradict.

Bad:

    {"status": "incomplete", "incomplete_details": null}

Good:

    {"status": "incomplete", "incomplete_details": {"reason": "max_completion_tokens"}}
"""

from validator.rules.base import WARNING, Problem, Problems, Run, rule


@rule(
    subject="run",
    group="status",
    severity=WARNING,
    statuses=("incomplete",),
    reads=("incomplete_details",),
    source="https://github.com/microsoft/semantic-kernel/issues/12752",
    source_note="what callers miss without the reason; content_filter is one; the deep dive documents the field",
    evidence="held in 1 of 1 genuine incomplete runs",
)
def check(run: Run) -> Problems:
    details = run.get("incomplete_details")
    if details and details.get("reason") is not None:
        return ()
    message = 'gives no reason, but status is "incomplete"; expected one, such as "max_completion_tokens"'
    return [Problem("incomplete_details", message)]
