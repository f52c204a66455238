r"""The arguments of a function call are not the text of a JSON object.

The model writes the arguments, and now and then it writes something else: a text that was cut off, single quotes, NaN,
one key twice. A client that parses them without care crashes in the middle of a run that then waits until it expires.
Arguments are parsed as strictly as a document, and a byte order mark, which parsers of texts refuse, is reported too. A
call without arguments has an empty object ("{}"). Calls of other kinds than functions are ignored.

Bad:

    {"status": "requires_action", "required_action": {"type": "submit_tool_outputs", "submit_tool_outputs":
     {"tool_calls": [{"id": "call_Zr5kWq8TnVb3Lc1YpXd6Mf2H", "type": "function",
      "function": {"name": "tide", "arguments": "{\"harbour\": \"Oban\""}}]}}}

Good:

    {"status": "requires_action", "required_action": {"type": "submit_tool_outputs", "submit_tool_outputs":
     {"tool_calls": [{"id": "call_Zr5kWq8TnVb3Lc1YpXd6Mf2H", "type": "function",
      "function": {"name": "tide", "arguments": "{\"harbour\": \"Oban\"}"}}]}}}
"""

from validator.jsontext.parse import Parsed, decode_text
from validator.rules.base import WARNING, Problem, Problems, Run, rule
from validator.rules.support.arguments import parse_arguments
from validator.rules.support.tools import calls_no_function, function_calls


@rule(
    subject="run",
    group="tools",
    severity=WARNING,
    requires=("required_action",),
    accepts=calls_no_function,
    source="https://platform.openai.com/docs/api-reference/chat/object",
    source_note="tool calls: the model does not always generate valid JSON",
    evidence="held in 12 of 12 genuine required actions",
)
def check(run: Run) -> Problems:
    problems = []
    for pointer, function in function_calls(run):
        parsed = parse_arguments(function["arguments"])
        if parsed.problems:
            problems.append(_first_problem(f"{pointer}/arguments", function["arguments"], parsed))
        elif not isinstance(parsed.value, dict):
            message = "is the text of {}, expected that of a JSON object"
            problems.append(Problem(f"{pointer}/arguments", message, (parsed.value,)))
    return problems


def _first_problem(pointer: str, text: str, parsed: Parsed) -> Problem:
    """Return the first problem, with its position in the text of the arguments."""
    from validator.jsontext.columns import Lines, format_offsets  # few runs have such arguments
    from validator.jsontext.strict import LAST_COUNTS
    from validator.jsontext.syntax_errors import SEVERAL

    problem = parsed.problems[0]
    reason = problem.message.replace(LAST_COUNTS, "; readers differ in the value that they keep")
    reason = reason.replace(SEVERAL, "; the arguments of a call are one object")
    to_position = Lines(decode_text(text)).line_and_column
    line, column = to_position(problem.span.start if problem.span else 0)
    message = f"is not the text of a JSON object: at line {{}}, column {{}}, {reason}"
    return Problem(pointer, message, (line, column, *format_offsets(problem.values, to_position, line)))
