"""An array has more items than the contract allows.

An assistant has at most 128 tools, and a run takes its tools from the assistant, or in their place from a request that
is bounded alike. More of them were never accepted by the API: such a run was put together by a tool that merges lists,
and cannot be created again as it stands. The published contract says 20 for a run, which its own text on assistants
contradicts, so that 20 counts with `--contract published` only. How many runs a page may have is another rule's matter.
"""

from validator.rules.base import ERROR, make_rule

check = make_rule(
    __name__,
    __doc__,
    group="schema",
    severity=ERROR,
    name="schema:maxItems",
    source="https://platform.openai.com/docs/api-reference/assistants/object",
    source_note="tools: at most 128 for an assistant",
    evidence="0 of 244 genuine run objects have more",
)
