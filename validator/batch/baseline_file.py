"""The baseline: a file of findings that are accepted, so that only what is new counts.

    {
      "version": 1,
      "findings": [
        {"file": "a.json", "rule": "type", "run_id": "run_a", "pointer": "/usage", "fingerprint": "…", "count": 1}
      ]
    }

`file` is relative to the folder of the baseline. `fingerprint` stands for the rule, the run's id and the pointer inside
the run, of which the entry shows what may be shown; `count` is how many findings of the file have it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from typing import Any, TypeAlias

from validator.core import files as own_files
from validator.core.options import MAX_BYTES
from validator.core.phrases import format_message, is_plain
from validator.jsontext.locate import Lines, locate
from validator.jsontext.parse import decode_text, parse
from validator.rules.registry import BY_NAME

VERSION = 1
"""Grows when a file means something else to an older command."""

Key: TypeAlias = tuple[str, str]
"""A file and a fingerprint."""


class BaselineError(ValueError):
    """A baseline that cannot be used; the text says which, where in it if that can be told, and why."""


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
        """What it is looked up by."""
        return self.file, self.fingerprint


def read(path: str) -> dict[Key, Accepted]:
    """The entries of a baseline; raises `BaselineError`."""
    try:
        data = own_files.read(path, MAX_BYTES)
    except FileNotFoundError:
        raise BaselineError(f"{path}: there is no such baseline, --update-baseline writes it") from None
    except OSError as error:
        raise BaselineError(f"{path}: {own_files.reason(error)}") from None
    parsed, text = parse(data), decode_text(data)
    for problem in parsed.problems:
        start = _start(text, problem.pointer) if problem.span is None else problem.span.start
        raise BaselineError(f"{_place(path, text, start)}: {format_message(problem.message, problem.values)}")
    match parsed.value:
        case {"version": int(version)} if version > VERSION:
            why = f"is a baseline of version {version}, but this command knows version {VERSION}: update validate-runs"
        case {"version": 1, "findings": list(values)} if len(parsed.value) == 2:
            return _larger(_entry(value, path, text, f"findings/{index}") for index, value in enumerate(values))
        case _:
            why = f'is no baseline, expected {{"version": {VERSION}, "findings": [...]}}'
    raise BaselineError(f"{path}: {why}")


def write(path: str, entries: Iterable[Accepted]) -> None:
    """Put these entries into a baseline, a line each and sorted; raises `OSError`."""
    ordered = sorted(entries, key=lambda one: (one.file, one.rule, one.run_id or "", one.pointer, one.fingerprint))
    lines = ",\n".join(f"    {json.dumps(asdict(entry))}" for entry in ordered)
    findings = f"[\n{lines}\n  ]" if lines else "[]"
    own_files.replace(path, [f'{{\n  "version": {VERSION},\n  "findings": {findings}\n}}\n'.encode()])


def is_acceptable(rule: str) -> bool:
    """Whether findings of a rule can be accepted: where a document cannot be read, nobody knows what is accepted."""
    return rule not in BY_NAME or not BY_NAME[rule].mandatory


def shown_pointer(pointer: str) -> str:
    """The pointer without keys that may not be shown."""
    return "/".join(part if not part or is_plain(part) else "…" for part in pointer.split("/"))


def name_of(file: str, path: str) -> str:
    """What a file is called in a baseline, wherever the command runs."""
    if file == "-":
        return file
    return os.path.relpath(file, os.path.dirname(os.path.abspath(path))).replace(os.sep, "/")


def path_of(file: str, path: str) -> str:
    """The absolute path of a file that a baseline names."""
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
            why = f"{rule} cannot be accepted: nobody knows what else is wrong there"
        case _:
            why = f"is no entry of a baseline, expected {', '.join(_KEYS)}"
    raise BaselineError(f"{_place(path, text, _start(text, pointer))}: {why}")


def _larger(entries: Iterable[Accepted]) -> dict[Key, Accepted]:
    """The entries by their keys; of two of one key, as a merge leaves them, that with the larger count."""
    return {entry.key: entry for entry in sorted(entries, key=lambda entry: entry.count)}


def _start(text: str, pointer: str) -> int:
    return locate(text, {(pointer, False)})[pointer, False].start


def _place(path: str, text: str, start: int) -> str:
    return f"{path}:{Lines(text).line_and_column(start)[0]}"
