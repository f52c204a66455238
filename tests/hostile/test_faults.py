"""A machine that fails: nothing hangs, nothing is half written, and the exit code tells that something is missing."""

import gzip
import json
import math
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import gettempdir

import pytest
import yaml

from tests.support.commands import Ran
from tests.support.faults import OUTPUT, Faults, run_with
from tests.support.pages import page, run
from tests.support.paths import SAMPLES
from tests.support.recordings import har, interaction

WRONG = run(usage={"prompt_tokens": 940, "completion_tokens": 205, "total_tokens": 940})
FIXED = b'"total_tokens": 1145'
MISMATCH = (SAMPLES / "invalid" / "token-total-mismatch.json").read_bytes()
OLD = b"old\n"
MOST = 400
"""Things that are asked of the machine in any of these runs, and then some."""


def is_json(content: bytes) -> bool:
    """Whether it is JSON from its beginning to its end."""
    try:
        json.loads(content)
    except ValueError:
        return False
    return True


SUMMARY = re.compile(
    rb"(?:old\n)+## validate-runs: [^\n]+\n"
    rb"(\nCould not be opened:\n\n- [^\n]+\n)?(\n### .+\n\| error \| token-total-mismatch \| 1 \|\n)?",
    re.DOTALL,
)


def is_summary(content: bytes) -> bool:
    """Whether one summary stands behind what was there before."""
    return SUMMARY.fullmatch(content) is not None


def never(_: bytes) -> bool:
    """Nobody may have written to it."""
    return False


def is_fixed(content: bytes) -> bool:
    """Whether the one wrong value has been put right, and nothing else is different."""
    return content.replace(FIXED, b'"total_tokens": 940') == packed(page(WRONG))


def packed(value: object) -> bytes:
    """A document as it is written."""
    return json.dumps(value, indent=1).encode()


@dataclass
class Case:
    """A call, the files that it finds, and when those that it writes are whole (if they are not as before)."""

    words: str
    files: Mapping[str, bytes] = field(default_factory=lambda: {"page.json": packed(page(WRONG))})
    whole: Mapping[str, Callable[[bytes], bool]] = field(default_factory=dict)
    stdin: bytes = b""
    env: Mapping[str, str] = field(default_factory=dict)


FOLDER = {f"in/{name}.json": packed(page(WRONG)) for name in "abc"}
HELD = b'{\n  "version": 1,\n  "findings": []\n}\n'
NOTES = {"page.json": packed(page(WRONG)), "notes.md": OLD * 1024}

CASES = {
    "a file": Case("page.json -f concise"),
    "reports in files": Case(
        "in -f concise -f json:found.json -f sarif:found.sarif",
        {**FOLDER, "found.json": OLD},
        {"found.json": is_json, "found.sarif": is_json},
    ),
    "a summary": Case("page.json -f github", NOTES, {"notes.md": is_summary}, env={"GITHUB_STEP_SUMMARY": "notes.md"}),
    "a baseline that is held": Case("in -f concise --baseline held.json", {**FOLDER, "held.json": HELD}),
    "a baseline that is written": Case(
        "in -f concise --baseline held.json --update-baseline", {**FOLDER, "held.json": HELD}, {"held.json": is_json}
    ),
    "a fix": Case("in -f concise --fix", FOLDER, dict.fromkeys(FOLDER, is_fixed)),
    "a diff": Case("in --diff", FOLDER),
    "a diff of standard input": Case("- --diff", {}, stdin=MISMATCH),
    "an archive": Case("a.jsonl -f concise", {"a.jsonl": b"".join(json.dumps(WRONG).encode() + b"\n" for _ in "abc")}),
    "an archive by several processes": Case(
        "a.jsonl --jobs 2 -f concise -f json:found.json --max-findings 0",
        {"a.jsonl": b"".join(json.dumps({**WRONG, "id": f"run_{n}"}).encode() + b"\n" for n in range(60))},
        {"found.json": is_json},
    ),
    "a packed file": Case("page.json.gz -f concise", {"page.json.gz": gzip.compress(packed(page(WRONG)))}),
    "a recording of a browser": Case("a.har -f concise", {"a.har": packed(har(json.dumps(page(WRONG))))}),
    "a cassette": Case(
        "a.yaml -f concise",
        {"a.yaml": yaml.safe_dump({"interactions": [interaction(json.dumps(page(WRONG)))]}).encode()},
    ),
    "a configuration": Case(
        "page.json --config set.toml", {"page.json": packed(page(WRONG)), "set.toml": b'output-format = "concise"\n'}
    ),
}


def laid_out(case: Case, folder: Path) -> Path:
    """A folder with the files of a case."""
    for name, content in case.files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    folder.mkdir(exist_ok=True)
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    """Everything that is in a folder."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def tried(case: Case, faults: Faults, folder: Path) -> tuple[Ran, dict[str, bytes]]:
    """How a case ends on this machine, and what is in its folder then."""
    laid_out(case, folder)
    words = (*case.words.split(), "--now", "1793000000")
    ran = run_with(faults, *words, cwd=folder, stdin=case.stdin, env=case.env)
    return ran, contents(folder)


@pytest.mark.parametrize("lasting", [False, True], ids=["once", "for good"])
@pytest.mark.parametrize("name", CASES)
def test_failing_system_call_is_reported_or_harmless(name: str, lasting: bool, tmp_path: Path) -> None:
    case = CASES[name]
    tried(case, Faults(), tmp_path / "warm")  # what is read once for all runs is read now
    expected = tried(case, Faults(), tmp_path / "sound")
    assert expected[0].code in (0, 1)
    lost = False
    for number in range(1, MOST, 1 + lasting):  # what fails first does so in the other test, too
        faults = Faults(number, math.inf if lasting else number)
        found = tried(case, faults, tmp_path / str(number))
        if not faults.failed:
            break
        if found != expected:
            lost = True
            assert_told(case, faults, *found, expected[0])
    assert (faults.failed, found, lost) == ([], expected, True)


def assert_told(case: Case, faults: Faults, ran: Ran, files: Mapping[str, bytes], expected: Ran) -> None:
    """What is lost is reported by name and by exit code; other documents are checked, and every file is complete."""
    why = faults.failed, ran
    if "--fix" in case.words and ran.code == 1 and re.search(" remains?\n\\Z", ran.err):
        return  # the first look failed and the second did not: what is left is reported
    assert ran.code == 2, why
    assert "Traceback" not in ran.err
    assert any(told_of(call, file) in ran.err for call, file in faults.failed), why
    if len(faults.failed) == 1 and faults.failed[0][1].startswith("in/"):
        of_others = [line for line in expected.out.splitlines() if line.startswith("in/") and line[:9] not in ran.err]
        assert {*of_others} <= {*ran.out.splitlines()}, why
    assert_whole(case, files, faults)


def assert_whole(case: Case, files: Mapping[str, bytes], faults: Faults | None = None) -> None:
    """Each file is as it was or whole, and none is left behind, but where even that failed."""
    failed = faults.failed if faults else []
    left = {file for call, file in failed if call == "truncate"}
    is_stuck = "unlink" in {call for call, _ in failed}
    torn = {
        name: content
        for name, content in files.items()
        if content != case.files.get(name)
        and not case.whole.get(name, never)(content)
        and name not in left
        and not (is_stuck and name.endswith(".tmp"))
    }
    assert torn == {}, failed
    assert {*case.files} <= {*files}


def told_of(call: str, file: str) -> str:
    """The name in the message when this fails: as the user knows it."""
    if file == OUTPUT:
        return "cannot write the report: "
    if gettempdir() in (file, os.path.dirname(file)):
        return "cannot buffer standard input"
    return re.sub(r"\.[0-9a-f]{16}\.tmp$", "", os.path.basename(file))
