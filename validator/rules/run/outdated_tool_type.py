"""A run uses what the second version of the API replaced.

Version 1 had the tool `retrieval` and hung files on the run itself, in `file_ids`. Since April 2024 the tool is
`file_search`, and files belong to the tools, in `tool_resources` of the assistant or the thread; clients of today know
neither of the old names. Runs of that time are genuine and otherwise checked as such, so this is for information only,
for example before an archive is fed to a newer client. The empty `file_ids` that every v1 run has is not reported.

Bad:

    {"tools": [{"type": "retrieval"}], "file_ids": ["file_Wq8mLc3TzKx5Rv1BnYs7PdHe"]}

Good:

    {"tools": [{"type": "file_search"}]}
"""

from validator.rules.base import INFO, Problem, Problems, Run, rule

_CURRENT = {"properties": {"type": {"not": {"const": "retrieval"}}}}


@rule(
    subject="run",
    group="tools",
    severity=INFO,
    requires=("tools",),
    reads=("file_ids",),
    accept_schema={"properties": {"tools": {"items": _CURRENT}, "file_ids": {"maxItems": 0}}},
    source="https://platform.openai.com/docs/assistants/migration",
    source_note="what changed from v1 to v2",
    evidence="16 of 86 genuine v1 runs name files, 13 of them with the tool",
)
def check(run: Run) -> Problems:
    problems = [
        Problem(f"tools/{index}/type", 'is "retrieval", which "file_search" replaced in version 2 of the API')
        for index, tool in enumerate(run["tools"])
        if tool["type"] == "retrieval"
    ]
    if isinstance(file_ids := run.get("file_ids"), list) and file_ids:
        message = "lists files of the run; in version 2 of the API they are in tool_resources, with the tools"
        problems.append(Problem("file_ids", message))
    return problems
