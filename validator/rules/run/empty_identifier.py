"""An id of a run, or its model, is an empty string.

An id is what a client asks the API by, and joins runs to threads and assistants by; an empty one finds nothing, and
makes one of all the runs that have it. It usually is the zero value of a server's language, sent for a field that
nobody filled in. A prefix that it lacks, or another id that it is equal to, is not reported on top. Errors are: two
runs of a page without an id, a page that names another run as its first, a thread that is not that of the page.

Bad:

    {"assistant_id": ""}

Good:

    {"assistant_id": "asst_Vt6kPq1ZsYw9Lr4MnBx8GjCe"}
"""

from validator.rules.base import WARNING, Problem, Problems, Run, rule

_BELONGS = {
    "id": "the id of the run",
    "thread_id": "the id of its thread",
    "assistant_id": "the id of its assistant",
    "model": "the name of its model",
}


@rule(
    subject="run",
    group="identity",
    severity=WARNING,
    reads=tuple(_BELONGS),
    accept_schema={"properties": {field: {"minLength": 1} for field in _BELONGS}},
    precheck=True,
    source="https://github.com/llm-edge/hal-9100/issues/45",
    source_note="a compatible server whose runs had an empty model",
    evidence="held in 243 of 243 genuine runs",
)
def check(run: Run) -> Problems:
    if "" not in map(run.get, _BELONGS):
        return ()
    return [
        Problem(field, f"is empty; expected {what}", explains=(field,))
        for field, what in _BELONGS.items()
        if run.get(field) == ""
    ]
