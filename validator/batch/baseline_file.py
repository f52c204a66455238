"""The baseline file: findings that are accepted, so that only new ones count.

    {
      "version": 1,
      "findings": [
        {"file": "a.json", "rule": "type", "run_id": "run_a", "pointer": "/usage", "fingerprint": "…", "count": 1}
      ]
    }

`file` is relative to the folder of the baseline. `fingerprint` is that of `Finding`, a hash of the rule, the id of the
run and the pointer inside the run, of which the entry has what may be shown; `count` findings of the file have it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from typing import Any, TypeAlias

from validator.core.files import explain_os_error, read_limited, write_atomic
from validator.core.options import MAX_BYTES
from validator.core.phrases import format_message, is_plain
from validator.jsontext.columns import Lines, format_offsets
from validator.jsontext.locate import locate
from validator.jsontext.parse import decode_text, parse
from validator.rules.registry import BY_NAME

VERSION = 1
"""Grows if a file means something else to an older command."""

Key: TypeAlias = tuple[str, str]
"""A file and a fingerprint."""


class BaselineError(ValueError):
    """A baseline that cannot be used; the text has its path, the line where that is known, and the reason."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """An entry of a baseline."""

    file: str
    rule: str
    run_id: str | None
    pointer: str
    fingerprint: str
    count: int

    @property
    def key(self) -> Key:
        """The file and the fingerprint."""
        return self.file, self.fingerprint


def read(path: str) -> dict[Key, Accepted]:
    """Read a baseline; raises `BaselineError`."""
    try:
        data = read_limited(path, MAX_BYTES)
    except FileNotFoundError:
        raise BaselineError(f"{path}: no such baseline; --update-baseline writes it") from None
    except OSError as error:
        raise BaselineError(f"{path}: {explain_os_error(error)}") from None
    parsed, text = parse(data), decode_text(data)
    for problem in parsed.problems:
        start = _start(text, problem.pointer) if problem.span is None else problem.span.start
        to_position = Lines(text).line_and_column
        line, _ = to_position(start)
        message = format_message(problem.message, format_offsets(problem.values, to_position, line))
        raise BaselineError(f"{path}:{line}: {message}")
    match parsed.value:
        case {"version": int(version)} if version > VERSION:
            why = f"is a baseline of version {version}, but this command knows version {VERSION}: update validate-runs"
        case {"version": 1, "findings": list(values)} if len(parsed.value) == 2:
            return _larger(_entry(value, path, text, f"findings/{index}") for index, value in enumerate(values))
        case _:
            why = f'is not a baseline, expected {{"version": {VERSION}, "findings": [...]}}'
    raise BaselineError(f"{path}: {why}")


def write(path: str, entries: Iterable[Accepted]) -> None:
    """Write a baseline with these entries, sorted, one on each line; raises `OSError`."""
    rows = [asdict(entry) for entry in entries]
    rows.sort(key=lambda row: (row["file"], row["rule"], row["run_id"] or "", row["pointer"], row["fingerprint"]))
    lines = ",\n".join(f"    {json.dumps(row)}" for row in rows)
    findings = f"[\n{lines}\n  ]" if lines else "[]"
    write_atomic(path, [f'{{\n  "version": {VERSION},\n  "findings": {findings}\n}}\n'.encode()])


def is_acceptable(rule: str) -> bool:
    """Return whether findings of a rule can be accepted: not if they keep a document from being checked."""
    return rule not in BY_NAME or not BY_NAME[rule].mandatory


def shown_pointer(pointer: str) -> str:
    """Return the pointer without keys that may not be shown."""
    return "/".join(part if not part or is_plain(part) else "…" for part in pointer.split("/"))


def relative_name(file: str, path: str) -> str:
    """Return the name of a file in the baseline at `path`, wherever the command runs."""
    if file == "-":
        return file
    return os.path.relpath(file, os.path.dirname(os.path.abspath(path))).replace(os.sep, "/")


def resolve_name(file: str, path: str) -> str:
    """Return the absolute path of a file that the baseline at `path` names."""
    return os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(path)), file))


_KEYS = tuple(member.name for member in fields(Accepted))


def _entry(value: Any, path: str, text: str, pointer: str) -> Accepted:
    match value:
        case {
            "file": str(),
            "rule": str(rule),
            "run_id": str() | None,
            "pointer": str(),
            "fingerprint": str(),
            "count": int(number),
        } if len(value) == len(_KEYS) and type(number) is int and number > 0:
            if is_acceptable(rule):
                return Accepted(**value)
            why = f"{rule} cannot be accepted: it keeps the document from being checked"
        case _:
            why = f"is not an entry of a baseline, expected {', '.join(_KEYS)}"
    raise BaselineError(f"{_place(path, text, _start(text, pointer))}: {why}")


def _larger(entries: Iterable[Accepted]) -> dict[Key, Accepted]:
    """Return the entries by their keys; of two with one key, as a merge leaves them, the one with the larger count."""
    return {entry.key: entry for entry in sorted(entries, key=lambda entry: entry.count)}


def _start(text: str, pointer: str) -> int:
    return locate(text, {(pointer, False)})[pointer, False].start


def _place(path: str, text: str, start: int) -> str:
    return f"{path}:{Lines(text).line_and_column(start)[0]}"
