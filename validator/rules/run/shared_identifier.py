"""Two of the run, its thread and its assistant have the same id.

They are objects of three kinds, kept in three places: a client that looks one up by the id of another gets nothing, or
the wrong thing. The same id twice means that a server or a fixture filled one field from another. Of three equal ids
one finding is made.

Bad:

    {"id": "run_Qm3vT8yLk2WzNf5RbXcJ7HdA", "thread_id": "run_Qm3vT8yLk2WzNf5RbXcJ7HdA"}

Good:

    {"id": "run_Qm3vT8yLk2WzNf5RbXcJ7HdA", "thread_id": "thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa"}
"""

from validator.rules.base import WARNING, Problem, Problems, Run, Shown, rule

_PAIRS = (("thread_id", "id"), ("assistant_id", "id"), ("assistant_id", "thread_id"))


_DISTINCT = {"id": {"pattern": "^run_"}, "thread_id": {"pattern": "^thread_"}, "assistant_id": {"pattern": "^asst_"}}


@rule(
    subject="run",
    group="identity",
    severity=WARNING,
    reads=("id", "thread_id", "assistant_id"),
    accept_schema={"properties": _DISTINCT},
    source="https://platform.openai.com/docs/api-reference/runs/object",
    source_note="id, thread_id and assistant_id each identify their own object",
    evidence="held in 147 of 147 genuine runs",
)
def check(run: Run) -> Problems:
    if len({run["id"], run["thread_id"], run["assistant_id"]}) == len(_PAIRS):
        return ()
    field, other = next((field, other) for field, other in _PAIRS if run[field] == run[other])
    message = f"is {{}}, the same as {other}, but each object has its own id"
    return [Problem(field, message, (Shown(run[field]),))]
