"""What of a document may be printed unasked: strings of ids and closed vocabularies, and the keys around them.

Everything else may be somebody's secret: instructions, messages, metadata, arguments, and whatever no contract knows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeAlias

from validator.contract.loader import to_camel_case
from validator.core.phrases import is_plain

Path: TypeAlias = Sequence[str | int]
"""The keys and indexes from the top of a document to a value."""

_VOCABULARY = """
    object first_id last_id
    id thread_id assistant_id status model file_ids tool_choice response_format reasoning_effort
    required_action.type
    required_action.submit_tool_outputs.tool_calls.id
    required_action.submit_tool_outputs.tool_calls.type
    required_action.submit_tool_outputs.tool_calls.function.name
    required_action.submit_tool_approval.tool_calls.id
    required_action.submit_tool_approval.tool_calls.type
    required_action.submit_tool_approval.tool_calls.name
    required_action.submit_tool_approval.tool_calls.server_label
    last_error.code incomplete_details.reason truncation_strategy.type
    tools.type tools.server_label tools.function.name tools.file_search.ranking_options.ranker
    tool_choice.type tool_choice.function.name
    response_format.type response_format.json_schema.name
"""
_NUMBERS = """
    usage.prompt_tokens usage.prompt_token_details.cached_tokens usage.prompt_tokens_details.cached_tokens
    usage.completion_tokens_details.reasoning_tokens
"""


def _places(fields: str) -> Iterable[tuple[str, ...]]:
    """Dotted fields as keys, in both namings."""
    for field in fields.split():
        keys = field.split(".")
        yield from {tuple(keys), tuple(to_camel_case(key) for key in keys)}


_SHOWN = frozenset(_places(_VOCABULARY))
_OBJECTS = frozenset(place[:length] for place in (*_SHOWN, *_places(_NUMBERS)) for length in range(len(place)))
"""The objects that the contract declares; in a free-form map, keys are data too."""


def may_show(path: Path, text: str) -> bool:
    """Whether the string at this path may be printed as it is."""
    return not text or (_place(path) in _SHOWN and is_plain(text))


def may_show_key(path: Path) -> bool:
    """Whether the key that this path ends with may be printed."""
    *parent, key = path
    return _place(parent) in _OBJECTS and is_plain(str(key))


def _place(path: Path) -> tuple[str, ...]:
    """The keys from the page or run on: runs are the same wherever they stand."""
    keys = tuple(part for part in path if isinstance(part, str))
    return keys[1:] if keys[:1] in (("data",), ("runs",)) else keys
