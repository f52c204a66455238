"""What is messages of every faulty sample, word for word, as `messages.txt` has it.

UPDATE_MESSAGES=1 python -m pytest tests/rules/test_messages.py writes it anew.
"""

import contextlib
import os
from pathlib import Path

import pytest

from tests.support.paths import INVALID, INVALID_SOURCES, MISSHAPEN, ROOT, SERIES
from validator import Finding, validate
from validator.rules.registry import BY_NAME

MESSAGES = Path(__file__).with_name("messages.txt")
NOW = 1793000000.0
FAULTY = [*INVALID, *INVALID_SOURCES, *MISSHAPEN, *SERIES]


def _sample_messages(sample: Path) -> str:
    """The findings of a sample, a line each, checked as what its name says: alone, or as what belongs together."""
    rule = BY_NAME.get(sample.name.partition(".")[0])
    subject = rule.subject if rule else None
    named = sample.relative_to(ROOT)  # messages name files as they were given
    with contextlib.chdir(ROOT):
        findings = validate(named, now=NOW, listing=subject == "listing", history=subject == "history").findings
    return f"{named.as_posix()}\n{''.join(map(_line, findings))}"


def _line(found: Finding) -> str:
    place = f"{found.line}:{found.column}-{found.end_line}:{found.end_column} {found.pointer or '/'}"
    return f"  {found.severity} {found.rule} {place}: {found.message} [{found.fingerprint}]\n"


@pytest.mark.parametrize("sample", FAULTY, ids=lambda path: path.name)
def test_messages_of_invalid_samples(sample: Path) -> None:
    messages = _sample_messages(sample)
    assert f"\n{messages}\n" in f"\n{MESSAGES.read_text('utf-8')}"


def test_messages_cover_exactly_the_samples() -> None:
    if "UPDATE_MESSAGES" in os.environ:
        MESSAGES.write_text("".join(f"{_sample_messages(sample)}\n" for sample in FAULTY), "utf-8")
    titles = [line for line in MESSAGES.read_text("utf-8").splitlines() if line and not line.startswith(" ")]
    assert titles == [path.relative_to(ROOT).as_posix() for path in FAULTY]
