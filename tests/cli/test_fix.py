"""`--fix` applies safe fixes and changes no other byte; `--diff` shows them."""

import errno
import gzip
import json
import os
import random
import re
import shutil
import struct
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple, NoReturn

import pytest

from tests.support.commands import Ran, run
from tests.support.pages import RUN, page
from tests.support.pages import run as valid_run
from tests.support.paths import SAMPLES
from tests.support.tools import command
from validator import validate
from validator.cli import fix as fixing
from validator.jsontext import edits
from validator.rules.registry import RULES

WRONG_TOTAL = {"prompt_tokens": 940, "completion_tokens": 205, "total_tokens": 940}
FIXABLE = {
    "first-id-mismatch",
    "last-id-mismatch",
    "empty-page-ids",
    "empty-page-has-more",
    "token-total-mismatch",
    "schema:const",
}
IN_SAMPLES: dict[str, tuple[bytes, bytes]] = {
    "invalid/empty-page-has-more.json": (b'"has_more": true', b'"has_more": false'),
    "invalid/empty-page-ids.json": (b'"last_id": "run_EqCI9jsl6OUmbXzY3eXwYD9b"', b'"last_id": null'),
    "invalid/first-id-mismatch.json": (
        b'"first_id": "run_tWR6zqlIKiUBKnCfK2vuAiSD"',
        b'"first_id": "run_XOJrLo8F2nXMzqQdgCWwDllJ"',
    ),
    "invalid/last-id-mismatch.json": (
        b'"last_id": "run_KHKi7M07QbbStdd8AgdmX2sa"',
        b'"last_id": "run_u4rEE7naW8mHDKw3OaWDyyId"',
    ),
    "invalid/schema-const.json": (b'"object": "runs"', b'"object": "list"'),
    "invalid/token-total-mismatch.json": (b'"total_tokens": 940', b'"total_tokens": 1145'),
    "seed-example.json": (b'"totalTokens": 292794', b'"totalTokens": 522691'),
}
"""Every wrong value in the samples that has a safe fix, and the right one."""


def put(file: Path, document: object, **spelling: Any) -> Path:
    file.write_text(json.dumps(document, **spelling))
    return file


def faulty_page(**changes: Any) -> dict[str, Any]:
    """Return a page with a wrong total in its one run, and with these changes."""
    return page(valid_run(usage=WRONG_TOTAL), **changes)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def states(folder: Path) -> dict[str, tuple[int, int]]:
    """Return the state of every file, which changes when it is written."""
    return {str(path): (path.stat().st_ino, path.stat().st_mtime_ns) for path in folder.rglob("*")}


@pytest.fixture
def samples(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SAMPLES, tmp_path / "samples"))


def test_fix_changes_only_wrong_values_in_samples(samples: Path) -> None:
    expected = contents(samples)
    for name, (wrong, right) in IN_SAMPLES.items():
        assert expected[name].count(wrong) == 1
        expected[name] = expected[name].replace(wrong, right)
    untouched = {path: state for path, state in states(samples).items() if os.path.isfile(path)}
    ran = run("--fix", ".", "--show", "info", cwd=samples)
    assert "validate-runs: 6 errors and 1 warning fixed in 7 files; " in ran.err
    assert contents(samples) == expected
    written = {str(samples / name) for name in IN_SAMPLES}
    assert {path for path, state in untouched.items() if states(samples)[path] != state} == written


def test_fix_is_idempotent(samples: Path) -> None:
    run("--fix", ".", cwd=samples)
    before = states(samples)
    again = run("--fix", ".", cwd=samples)
    assert "validate-runs: nothing to fix; " in again.err
    assert states(samples) == before
    shown = run("--diff", ".", cwd=samples)
    assert shown.out == ""
    assert "validate-runs: nothing to fix; " in shown.err


class Wrong(NamedTuple):
    """A value to set right."""

    is_there: Any
    belongs_there: str


class Writer:
    """Writes JSON in a random spelling, both with the wrong and with the right values."""

    def __init__(self, chance: random.Random, *, on_one_line: bool) -> None:
        self._chance = chance
        self._feed = "" if on_one_line else chance.choice(("", "\n", "\r\n"))
        self._indent = chance.choice((0, 1, 2, 4)) if self._feed else 0
        self._comma, self._colon = chance.choice((",", ", ", " ,\t")), chance.choice((":", ": ", " :  "))
        self._escapes = chance.random() < 0.5
        self.text = ""
        self.right = ""

    def write(self, value: Any, depth: int = 0) -> None:
        match value:
            case Wrong(is_there, belongs_there):
                self.text += self._scalar(is_there)
                self.right += belongs_there
            case dict():
                members = list(value.items())
                self._chance.shuffle(members)
                self._container("{}", members, depth)
            case list():
                self._container("[]", [(None, item) for item in value], depth)
            case _:
                self._both(self._scalar(value))

    def _both(self, text: str) -> None:
        self.text += text
        self.right += text

    def _container(self, brackets: str, members: list[tuple[str | None, Any]], depth: int) -> None:
        self._both(brackets[0])
        for number, (key, value) in enumerate(members):
            self._both((self._comma if number else "") + self._break(depth + 1))
            if key is not None:
                self._both(self._string(key) + self._colon)
            self.write(value, depth + 1)
        self._both(self._break(depth) + brackets[1])

    def _break(self, depth: int) -> str:
        return self._feed + " " * (self._indent * depth) if self._feed else self._chance.choice(("", "", " ", "\t"))

    def _scalar(self, value: Any) -> str:
        if isinstance(value, str):
            return self._string(value)
        if type(value) is int and abs(value) < 2**53:
            spellings = (str(value), str(value), f"{value}.0", f"{value}e0", f"{value * 10}E-1")
            return self._chance.choice(spellings)
        return json.dumps(value)

    def _string(self, text: str) -> str:
        if not self._escapes or not re.fullmatch("[A-Za-z0-9_.-]+", text):
            return json.dumps(text, ensure_ascii=self._chance.random() < 0.5)
        at = self._chance.randrange(len(text))
        return f'"{text[:at]}\\u{ord(text[at]):04{self._chance.choice("xX")}}{text[at + 1 :]}"'


WIRE = json.loads((SAMPLES / "valid" / "page.json").read_text("utf-8"))
SDK = json.loads((SAMPLES / "valid" / "sdk-page.json").read_text("utf-8"))


def generated_page(chance: random.Random, *, is_wire: bool) -> dict[str, Any]:
    """A page with wrong values in some of the places that can be fixed."""
    sample = WIRE if is_wire else SDK

    def key(name: str) -> str:
        return name if is_wire else re.sub("_(.)", lambda match: match[1].upper(), name)

    runs = [generated_run(chance, key, template) for template in chance.choices(sample["data"], k=chance.randrange(4))]
    ids = [item["id"] for item in runs]
    made: dict[str, Any] = {**sample, "data": runs}
    for name, right in (("first_id", ids[:1]), ("last_id", ids[-1:])):
        made[key(name)] = right[0] if right else None
        if chance.random() < 0.5:
            others = ("run_other", "none", "", *(() if right == [] else (None,)))
            made[key(name)] = Wrong(chance.choice(others), json.dumps(right[0] if right else None))
    made[key("has_more")] = chance.random() < 0.5 if runs else chance.choice((False, Wrong(True, "false")))
    if chance.random() < 0.2:
        made["object"] = Wrong(chance.choice(("lists", "", None, 7, "page")), '"list"')
    return made


def generated_run(chance: random.Random, key: Callable[[str], str], template: Mapping[str, Any]) -> dict[str, Any]:
    prompt, completion = chance.randint(1, 10**6), chance.randint(1, 10**6)
    total: Any = prompt + completion
    if chance.random() < 0.5:
        total = Wrong(total + chance.choice((-1, 1, 77)), str(total))
    made = {
        **template,
        "id": f"run_{chance.randrange(10**12)}",
        "usage": {key("prompt_tokens"): prompt, key("completion_tokens"): completion, key("total_tokens"): total},
        "instructions": chance.choice(("", "Grüße, \U0001f642", 'say "total_tokens": 3', "a\\u0022\n", None)),
        "metadata": {"first_id": "run_x", "total_tokens": "7"},
    }
    if chance.random() < 0.2:
        made["object"] = Wrong(chance.choice(("run", "", 0, "thread.runs")), '"thread.run"')
    return made


def test_fix_keeps_any_spelling_of_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: None)  # disks are slow to say that all is there
    chance = random.Random(20261125)
    expected: dict[str, bytes] = {}
    given: dict[str, bytes] = {}
    for number in range(120):
        kind = chance.choice(("page.json", "pages.json", "lines.jsonl", "page.json"))
        is_wire = chance.random() < 0.5
        documents = [generated_page(chance, is_wire=is_wire) for _ in range(4)]
        for index in range(1) if kind == "pages.json" else range(4):
            writer = Writer(chance, on_one_line=kind == "lines.jsonl")
            writer.write(documents if kind == "pages.json" else documents[index])
            mark = chance.choice(("", "\ufeff"))
            end = "\n" if kind == "lines.jsonl" else chance.choice(("", "\n", "\r\n"))
            name = f"{number}-{'' if kind == 'lines.jsonl' else index}{kind}"
            given[name] = given.get(name, b"") + f"{mark}{writer.text}{end}".encode()
            expected[name] = expected.get(name, b"") + f"{mark}{writer.right}{end}".encode()
    for name, data in given.items():
        (tmp_path / name).write_bytes(data)
    assert given != expected
    fixed = run("--fix", ".", cwd=tmp_path)
    assert "fixed in" in fixed.err
    assert contents(tmp_path) == expected
    rules = ",".join(FIXABLE)
    assert run("--diff", ".", "--select", rules, cwd=tmp_path) == Ran(0, "", "validate-runs: nothing to fix\n")


def fixes(document: object, folder: Path, *words: str) -> list[str]:
    """The lines of the diff that are put in."""
    file = put(folder / "doubtful.json", document) if not isinstance(document, str) else folder / "doubtful.json"
    if isinstance(document, str):
        file.write_text(document)
    shown = run("--diff", "--show-values", *words, file)
    assert shown.code == (1 if shown.out else 0)
    return [line for line in shown.out.splitlines() if line.startswith("+") and not line.startswith("+++")]


RUNS = [valid_run(id="run_a"), valid_run(id="run_b")]


@pytest.mark.parametrize(
    "document",
    [
        page(valid_run(id="<id>"), first_id="run_x"),
        page(valid_run(id="string"), last_id="run_x"),
        page(valid_run(id="thread_abc"), first_id="run_x"),
        page(valid_run(id=""), first_id="run_x"),
        page(valid_run(id="sk-12345"), first_id="run_x"),
        page(valid_run(id="run a"), last_id="run_x"),
        page(valid_run(id="run_a"), RUNS[1], valid_run(id="run_a"), first_id="run_x"),
        page(valid_run(id=7), RUNS[1], first_id="run_x", last_id="run_b"),
        page(RUNS[0], valid_run(id=None), first_id="run_a", last_id="run_x"),
        page(*RUNS, first_id=7),
        page(*RUNS, first_id=["run_b"]),
    ],
)
def test_fix_leaves_page_ids_if_run_id_is_uncertain(document: dict[str, Any], tmp_path: Path) -> None:
    assert fixes(document, tmp_path) == []


@pytest.mark.parametrize(
    "usage",
    [
        {**WRONG_TOTAL, "prompt_tokens": 0},
        {**WRONG_TOTAL, "completion_tokens": 0, "total_tokens": 7},
        {**WRONG_TOTAL, "prompt_tokens": -1},
        {**WRONG_TOTAL, "prompt_tokens": "940"},
        {**WRONG_TOTAL, "completion_tokens": 1.5},
        {**WRONG_TOTAL, "total_tokens": None},
        {**WRONG_TOTAL, "prompt_tokens": 2**52},
        {**WRONG_TOTAL, "completion_tokens": 2**52},
        {**WRONG_TOTAL, "completion_tokens": 10**4000},
        {**WRONG_TOTAL, "prompt_token_details": {"cached_tokens": 941}},
        {**WRONG_TOTAL, "prompt_tokens_details": {"cached_tokens": 941}},
        {**WRONG_TOTAL, "completion_tokens_details": {"reasoning_tokens": 206}},
        {"prompt_tokens": 940, "total_tokens": 940},
    ],
)
def test_fix_leaves_total_if_a_part_is_uncertain(usage: dict[str, Any], tmp_path: Path) -> None:
    assert fixes(page(valid_run(usage=usage)), tmp_path) == []


@pytest.mark.parametrize(
    ("usage", "right"),
    [
        (
            {"prompt_token_details": {"cached_tokens": 940}, "completion_tokens_details": {"reasoning_tokens": 205}},
            1145,
        ),
        ({"prompt_tokens_details": {"cached_tokens": 940}}, 1145),
        ({"prompt_tokens": 1, "completion_tokens": 1}, 2),
    ],
)
def test_fix_total_beside_consistent_breakdowns(usage: dict[str, Any], right: int, tmp_path: Path) -> None:
    text = json.dumps(page(valid_run(usage={**WRONG_TOTAL, **usage})))
    assert fixes(text, tmp_path) == ["+" + text.replace('"total_tokens": 940', f'"total_tokens": {right}')]


@pytest.mark.parametrize(
    ("steps", "is_fixed"),
    [
        ([(940, 20, 960), (0, 185, 185)], True),
        ([(940, 0, 940)], False),
        ([(940, 205, 940)], False),
        ([(1145, 0, 1145), None], True),
        ([(940, 0, 940), None], True),
        ([], True),
    ],
)
def test_fix_leaves_total_if_steps_differ(
    steps: list[tuple[int, int, int] | None], is_fixed: bool, tmp_path: Path
) -> None:
    used = [counts and dict(zip(WRONG_TOTAL, counts, strict=True)) for counts in steps]
    document = page(valid_run(usage=WRONG_TOTAL, steps=[{"usage": usage} for usage in used]))
    assert len(fixes(document, tmp_path)) == is_fixed


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"object": "run"}, '+    "object": "thread.run",'),
        ({"object": None}, '+    "object": "thread.run",'),
        ({"object": "thread.message"}, None),
        ({"object": {}}, None),
        ({"object": "run", "model": None}, None),
        ({"object": "run", "status": "done"}, None),
    ],
)
def test_fix_object_of_an_otherwise_valid_run(changes: dict[str, Any], line: str | None, tmp_path: Path) -> None:
    document = json.dumps([valid_run(**changes)], indent=2)
    assert fixes(document, tmp_path) == [line] * (line is not None)


def test_fix_changes_no_other_constant(tmp_path: Path) -> None:
    waiting = json.loads((SAMPLES / "valid" / "status-requires-action.json").read_text())
    text = json.dumps(waiting)
    calls = re.sub(r'("tool_calls": \[\{"id": "[^"]*", "type": )"function"', r'\1"functions"', text, count=1)
    assert calls != text
    assert [finding.rule for finding in validate(calls).findings] == ["schema:const"]
    assert fixes(calls, tmp_path) == []


def test_fix_leaves_duplicate_keys(tmp_path: Path) -> None:
    text = json.dumps(faulty_page(first_id="run_x"))
    assert len(fixes(text, tmp_path)) == 1
    twice = text.replace('"first_id": ', '"first_id": "run_y", "first_id": ')
    assert fixes(twice, tmp_path, "--ignore", "duplicate-key") == []


def test_fix_writes_no_null_under_published(tmp_path: Path) -> None:
    empty = {**page(), "data": [], "first_id": "", "last_id": "", "has_more": True}
    text = json.dumps(empty, indent=1)
    assert fixes(text, tmp_path) == ['+ "first_id": null,', '+ "last_id": null,', '+ "has_more": false']
    assert fixes(text, tmp_path, "--contract", "published") == ['+ "has_more": false']


def test_fixable_rules_are_marked() -> None:
    assert {rule.name for rule in RULES if rule.is_fixable} == FIXABLE
    fixed_in_samples = {re.sub("invalid/(schema-)?|.json", "", name) for name in IN_SAMPLES} - {"seed-example"}
    assert fixed_in_samples == {name.removeprefix("schema:") for name in FIXABLE}
    assert "\n\nFix: `has_more` becomes false.\n\nSource:" in run("--explain", "empty-page-has-more").out
    assert "Fix:" not in run("--explain", "negative-tokens").out
    listed = [line for line in run("--list-rules").out.splitlines() if line.endswith(" (--fix)")]
    assert {line.split()[0] for line in listed} == FIXABLE
    rows = json.loads(run("--list-rules", "-f", "json").out)
    assert {row["rule"] for row in rows if row["fixable"]} == FIXABLE


@pytest.fixture
def faulty(tmp_path: Path) -> Path:
    """A page on which two things are wrong that can be fixed, and one that cannot."""
    return put(tmp_path / "page.json", faulty_page(first_id="run_x", has_more="no"), indent=2)


REMAINING = "page.json:45:15: error schema:type /has_more: is a string of 2 characters, expected true or false\n"


def test_fix_reports_what_remains(faulty: Path) -> None:
    ran = run("--fix", "page.json", "-f", "concise", cwd=faulty.parent)
    assert ran == Ran(
        1, f"{REMAINING}1 error in 1 document (1 run)\n", "validate-runs: 2 errors fixed in 1 file; 1 error remains\n"
    )
    again = run("--fix", "page.json", "-q", "-f", "concise", cwd=faulty.parent)
    assert again == Ran(1, REMAINING, "")


def test_fix_of_everything_exits_zero(tmp_path: Path) -> None:
    file = put(tmp_path / "page.json", faulty_page())
    assert run("--fix", file) == Ran(
        0, "ok: 1 run in 1 document\n", "validate-runs: 1 error fixed in 1 file; nothing remains\n"
    )
    assert json.loads(file.read_text()) == page(valid_run(usage={**WRONG_TOTAL, "total_tokens": 1145}))


def test_fix_counts_what_remains_on_closed_pipe(faulty: Path) -> None:
    words = [sys.executable, "-m", "validator", "--fix", "page.json", "--max-findings", "0"]
    reading, writing = os.pipe()
    os.close(reading)
    ran = subprocess.run(
        words, cwd=faulty.parent, stdout=writing, stderr=subprocess.PIPE, text=True, check=False, timeout=60
    )
    os.close(writing)
    assert (ran.returncode, ran.stderr) == (1, "validate-runs: 2 errors fixed in 1 file; 1 error remains\n")


@pytest.mark.parametrize(
    "words",
    [
        ["--select", "schema"],
        ["--ignore", "first-id-mismatch,usage"],
        ["--severity", "first-id-mismatch=off", "--severity", "usage=off"],
        ["--severity", "first-id-mismatch=info", "--severity", "usage=info"],
        ["--config", "ignores.toml"],
        ["--baseline", "accepted.json"],
    ],
)
def test_fix_leaves_hidden_findings(faulty: Path, words: list[str]) -> None:
    folder = faulty.parent
    (folder / "ignores.toml").write_text('per-file-ignores."*.json" = ["first-id-mismatch", "token-total-mismatch"]\n')
    run("--baseline", "accepted.json", "--update-baseline", "page.json", cwd=folder)
    before = faulty.read_bytes()
    fixed = run("--fix", "page.json", *words, cwd=folder)
    assert "validate-runs: nothing to fix" in fixed.err
    assert faulty.read_bytes() == before
    shown = run("--diff", "page.json", *words, cwd=folder)
    assert (shown.code, shown.out) == (0, "")


def test_fix_leaves_baselined_findings(faulty: Path) -> None:
    folder = faulty.parent
    words = ("--baseline", "accepted.json", "page.json")
    run(*words, "--update-baseline", "--ignore", "first-id-mismatch", cwd=folder)
    expected = faulty.read_text().replace("run_x", page()["data"][0]["id"])
    ran = run("--fix", *words, "-f", "concise", cwd=folder)
    assert ran == Ran(
        0, "ok: 1 run in 1 document; 2 suppressed\n", "validate-runs: 1 error fixed in 1 file; nothing remains\n"
    )
    assert faulty.read_text() == expected


def test_fix_ignores_max_findings(tmp_path: Path) -> None:
    runs = [valid_run(id=f"run_{number}", usage=WRONG_TOTAL) for number in range(5)]
    file = tmp_path / "runs.jsonl"
    file.write_text("".join(f"{json.dumps(one)}\n" for one in runs))
    ran = run("--fix", file, "--max-findings", "1", "--jobs", "2")
    assert (ran.code, ran.err) == (0, "validate-runs: 5 errors fixed in 1 file; nothing remains\n")


@pytest.mark.usefixtures("small_tasks")
def test_fix_archive_with_jobs(tmp_path: Path) -> None:
    valid, wrong = json.dumps(valid_run()), json.dumps(valid_run(usage=WRONG_TOTAL))
    file = tmp_path / "runs.jsonl"
    text = "".join(f"{wrong if number % 30 == 7 else valid}\n" for number in range(100))
    file.write_text(text)
    ran = run("--fix", file, "--jobs", "2")
    assert ran.err == "validate-runs: 4 errors fixed in 1 file; nothing remains\n"
    assert file.read_text() == text.replace('"total_tokens": 940', '"total_tokens": 1145')


def test_fix_file_named_twice(faulty: Path) -> None:
    link = faulty.with_name("link.json")
    link.symlink_to(faulty)
    shown = run("--diff", faulty, link, "-q")
    assert shown.out == run("--diff", faulty, "-q").out
    message = run("--diff", faulty, link)
    assert message.err.startswith("validate-runs: 2 errors would be fixed in 1 file; 2 errors remain\n")
    assert run("--fix", link, faulty).err == "validate-runs: 2 errors fixed in 1 file; 2 errors remain\n"
    assert link.is_symlink()


def test_fix_keeps_mode_and_link(faulty: Path) -> None:
    link = faulty.with_name("link.json")
    link.symlink_to("page.json")
    faulty.chmod(0o604)
    run("--fix", link)
    assert link.is_symlink()
    assert faulty.stat().st_mode & 0o777 == 0o604
    assert '"total_tokens": 1145' in faulty.read_text()


needs_root = pytest.mark.skipif(os.getuid() != 0, reason="only root gives files away")
NOBODY = 65534
_ANYBODY = 2**32 - 1
_ENTRIES = ((1, 6, _ANYBODY), (2, 4, 1234), (4, 4, _ANYBODY), (16, 4, _ANYBODY), (32, 0, _ANYBODY))
ACL = struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in _ENTRIES)
"""The owner reads and writes, the user 1234 and the group read, others do neither."""


def attributes(file: Path) -> dict[str, bytes]:
    return {name: os.getxattr(file, name) for name in os.listxattr(file)}


def set_attribute(file: Path, name: str, value: bytes) -> None:
    try:
        os.setxattr(file, name, value)
    except OSError as error:
        pytest.skip(f"the file system or the user cannot set {name}: {error}")


@pytest.mark.skipif(sys.platform != "linux", reason="Python knows extended attributes on Linux only")
def test_fix_keeps_acl_and_extended_attributes(faulty: Path) -> None:
    set_attribute(faulty, "user.origin", b"recorded\0by hand")
    set_attribute(faulty, "system.posix_acl_access", ACL)
    before, mode = attributes(faulty), faulty.stat().st_mode
    assert len(before) == 2
    run("--fix", faulty)
    assert '"total_tokens": 1145' in faulty.read_text()
    assert (attributes(faulty), faulty.stat().st_mode) == (before, mode)


@pytest.mark.skipif(sys.platform != "linux", reason="Python knows extended attributes on Linux only")
def test_fix_takes_no_acl_from_the_folder(faulty: Path) -> None:
    set_attribute(faulty.parent, "system.posix_acl_default", ACL)
    faulty.chmod(0o640)
    run("--fix", faulty)
    assert '"total_tokens": 1145' in faulty.read_text()
    assert (attributes(faulty), faulty.stat().st_mode & 0o7777) == ({}, 0o640)


@pytest.mark.skipif(sys.platform != "linux", reason="Python knows extended attributes on Linux only")
def test_fix_without_extended_attributes(faulty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unsupported(_: object) -> NoReturn:
        raise OSError(errno.ENOTSUP, os.strerror(errno.ENOTSUP))

    monkeypatch.setattr(os, "listxattr", unsupported)
    assert run("--fix", faulty).err == "validate-runs: 2 errors fixed in 1 file; 1 error remains\n"


@needs_root
@pytest.mark.parametrize("mode", [0o644, 0o600, 0o4755, 0o6711])
def test_fix_keeps_owner_and_set_uid(faulty: Path, mode: int) -> None:
    os.chown(faulty, NOBODY, NOBODY - 1)
    faulty.chmod(mode)
    run("--fix", faulty)
    assert '"total_tokens": 1145' in faulty.read_text()
    after = faulty.stat()
    assert (after.st_uid, after.st_gid, after.st_mode & 0o7777) == (NOBODY, NOBODY - 1, mode)


@needs_root
@pytest.mark.skipif(sys.platform != "linux", reason="Python knows extended attributes on Linux only")
def test_fix_keeps_capabilities_or_the_file(shared: Path) -> None:
    capability = struct.pack("<5I", 0x02000001, 1 << 10, 0, 0, 0)
    os.chown(shared, NOBODY, NOBODY)
    set_attribute(shared, "security.capability", capability)
    before = shared.read_bytes()
    with acting_as(NOBODY):
        ran = run("--fix", shared)
    message = f"validate-runs: {shared}: cannot be fixed: its attribute security.capability would be lost\n"
    assert (ran.code, ran.err) == (2, f"{message}validate-runs: nothing to fix; 3 errors remain\n")
    assert (shared.read_bytes(), [*shared.parent.iterdir()]) == (before, [shared])
    run("--fix", shared)
    assert '"total_tokens": 1145' in shared.read_text()
    assert attributes(shared) == {"security.capability": capability}


@needs_root
@pytest.mark.parametrize("owner", [(0, NOBODY), (NOBODY, 0)])
def test_fix_refuses_to_change_the_owner(shared: Path, owner: tuple[int, int]) -> None:
    os.chown(shared, *owner)
    before = shared.read_bytes()
    with acting_as(NOBODY):
        ran = run("--fix", shared)
        lost = run("-", "-f", f"text:{shared}", stdin=b'{"object": "list", "data": [], "has_more": false}')
    message = f"validate-runs: {shared}: cannot be fixed: its owner and group would change\n"
    assert (ran.code, ran.err) == (2, f"{message}validate-runs: nothing to fix; 3 errors remain\n")
    assert lost == Ran(2, "", f"validate-runs: cannot write the report: {shared}: its owner and group would change\n")
    assert (shared.read_bytes(), [*shared.parent.iterdir()]) == (before, [shared])


@pytest.fixture
def shared() -> Iterator[Path]:
    """A page to fix that everybody may read and write, in a folder of everybody."""
    with TemporaryDirectory() as name:
        os.chmod(name, 0o777)
        file = Path(name) / "page.json"
        wrong = faulty_page(first_id="run_x", has_more="no")
        for words in (["--fix"], ["-f", "text"], ["-f", "text:/dev/null"]):  # imports what nobody else may read
            run(put(file, wrong, indent=2), *words)
        put(file, wrong, indent=2).chmod(0o666)
        yield file


@contextmanager
def acting_as(user: int) -> Iterator[None]:
    """Be another user and of another group for a while."""
    groups = os.getgroups()
    os.setgroups([])
    os.setegid(user)
    os.seteuid(user)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)
        os.setgroups(groups)


def test_fix_leaves_files_outside_the_folder(faulty: Path) -> None:
    folder = faulty.parent / "folder"
    folder.mkdir()
    (folder / "link.json").symlink_to("../page.json")
    (folder / "up").symlink_to("..")
    before = faulty.read_bytes()
    ran = run("--fix", "folder", cwd=faulty.parent)
    why = "is a link out of the folder: name it to have it checked"
    message = [f"validate-runs: folder/{name}: {why}" for name in ("link.json", "up")]
    assert (ran.code, ran.err.splitlines()) == (2, [*message, "validate-runs: nothing to fix"])
    assert faulty.read_bytes() == before
    assert run("--diff", "folder", cwd=faulty.parent).out == ""


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--fix", "--diff"], "--fix and --diff contradict each other: --diff writes nothing"),
        (
            ["--fix", "--baseline", "b", "--update-baseline"],
            "--update-baseline accepts what is there: fix first, then accept what is left",
        ),
        (["--diff", "-f", "json"], "--diff prints a diff instead of a report: leave -f out"),
        (["--diff", "--statistics"], "--diff prints a diff instead of a report: leave --statistics out"),
        (["--fix", "-"], "--fix rewrites files, and standard input is not one: --diff shows what it would change"),
    ],
)
def test_contradicting_options_are_refused(faulty: Path, words: list[str], why: str) -> None:
    before = faulty.read_bytes()
    ran = run(*words, "page.json", cwd=faulty.parent)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith(f"validate-runs: {why}\n")
    assert faulty.read_bytes() == before


def test_fix_only_from_the_command_line(faulty: Path) -> None:
    before = faulty.read_bytes()
    environment = {"VALIDATE_RUNS_FIX": "1", "VALIDATE_RUNS_DIFF": "1"}
    ran = run("page.json", "-f", "concise", cwd=faulty.parent, env=environment)
    assert ran.out.endswith("3 errors in 1 document (1 run); 2 fixable with --fix\n")
    (faulty.parent / "validate-runs.toml").write_text("fix = true\n")
    ran = run("page.json", cwd=faulty.parent)
    assert ran == Ran(2, "", "validate-runs: validate-runs.toml:1: fix: can be set on the command line only\n")
    assert faulty.read_bytes() == before


def test_diff_ignores_configured_format(faulty: Path) -> None:
    (faulty.parent / "validate-runs.toml").write_text('output-format = "json"\n')
    assert run("--diff", "page.json", cwd=faulty.parent).out.startswith("--- a/page.json\n")


def test_fix_refuses_a_pipe(faulty: Path) -> None:
    def piped(option: str) -> Ran:
        words = ["bash", "-c", f"{sys.executable} -m validator {option} <(cat page.json)"]
        done = subprocess.run(words, cwd=faulty.parent, capture_output=True, text=True, check=False)
        return Ran(done.returncode, done.stdout, re.sub("/dev/fd/[0-9]+", "PIPE", done.stderr))

    assert piped("--fix").err.startswith(
        "validate-runs: --fix rewrites files, and PIPE is not one: --diff shows what it would change\n"
    )
    assert piped("--diff") == Ran(
        0,
        "",
        "validate-runs: PIPE: 2 findings could be fixed, but a pipe is read only once: hand it over as standard input\n"
        "validate-runs: nothing to fix; 3 errors remain\n",
    )


def test_fix_leaves_compressed_files(tmp_path: Path) -> None:
    (tmp_path / "a.json.gz").write_bytes(gzip.compress(json.dumps(faulty_page()).encode()))
    before = contents(tmp_path)
    message = (
        "validate-runs: a.json.gz: 1 finding could be fixed, but a compressed file is not rewritten\n"
        "validate-runs: nothing to fix; 1 error remains\n"
    )
    fixed = run("--fix", "a.json.gz", cwd=tmp_path)
    assert (fixed.code, fixed.err) == (1, message)
    assert run("--diff", "a.json.gz", cwd=tmp_path) == Ran(0, "", message)
    assert run("--diff", "-q", "a.json.gz", cwd=tmp_path) == Ran(0, "", "")
    assert contents(tmp_path) == before


def test_fix_with_a_missing_file_exits_two(faulty: Path) -> None:
    shown = run("--diff", "page.json", "absent.json", cwd=faulty.parent)
    assert shown.code == 2
    assert shown.out.startswith("--- a/page.json\n")
    assert shown.err.startswith("validate-runs: absent.json: no such file or directory\n")
    fixed = run("--fix", "page.json", "absent.json", cwd=faulty.parent)
    assert fixed.code == 2
    assert "validate-runs: 2 errors fixed in 1 file; 1 error remains\n" in fixed.err


Action = Callable[[Path], object]
ACTIONS: dict[str, Action] = {
    "written": lambda file: file.write_text(json.dumps(faulty_page(first_id="run_z"))),
    "emptied": lambda file: file.write_text(""),
    "packed": lambda file: file.write_bytes(gzip.compress(file.read_bytes())),
}
CHANGED = "changed since it was checked; left unfixed"


def act_between_check_and_fix(action: Action, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let something happen between the check and the fix."""
    collect_fixes = fixing.collect_fixes

    def interrupted(*words: Any) -> Any:
        found = collect_fixes(*words)
        action(file)
        return found

    monkeypatch.setattr(fixing, "collect_fixes", interrupted)


@pytest.mark.parametrize("option", ["--fix", "--diff"])
@pytest.mark.parametrize("action", ["written", "emptied"])
@pytest.mark.parametrize("name", ["page.json", "page.jsonl"])
def test_fix_leaves_a_changed_file(
    name: str, action: str, option: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = put(tmp_path / name, faulty_page())
    act_between_check_and_fix(ACTIONS[action], file, monkeypatch)
    ran = run(option, name, cwd=tmp_path)
    left = file.read_bytes()
    ACTIONS[action](file)
    assert file.read_bytes() == left
    assert (ran.code, ran.err.splitlines()[0]) == (2, f"validate-runs: {name}: {CHANGED}")
    assert list(tmp_path.iterdir()) == [file]


def test_fix_reports_a_removed_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = put(tmp_path / "page.json", faulty_page())
    act_between_check_and_fix(os.unlink, file, monkeypatch)
    ran = run("--fix", "page.json", cwd=tmp_path)
    assert ran.code == 2
    assert "validate-runs: page.json: no such file or directory\n" in ran.err


def test_fix_in_a_read_only_folder(faulty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    before = faulty.read_bytes()
    monkeypatch.setattr(os, "replace", refuse)
    ran = run("--fix", "page.json", "-f", "concise", cwd=faulty.parent)
    assert ran.code == 2
    assert ran.err == (
        "validate-runs: page.json: cannot be fixed: permission denied\nvalidate-runs: nothing to fix; 3 errors remain\n"
    )
    assert contents(faulty.parent) == {"page.json": before}


def test_fix_of_a_growing_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = put(tmp_path / "runs.jsonl", valid_run(usage=WRONG_TOTAL))
    first = file.read_text() + "\n"
    file.write_text(first)
    act_between_check_and_fix(lambda file: file.write_text(f"{first}[]\n"), file, monkeypatch)
    run("--fix", file)
    fixed = first.replace('"total_tokens": 940', '"total_tokens": 1145')
    assert file.read_text() == f"{fixed}[]\n"

    monkeypatch.undo()
    file.write_text(first)
    apply_edits = edits.apply_edits

    def interrupted(*words: Any) -> bytes:
        with file.open("a") as end:
            end.write("[]\n")
        return apply_edits(*words)

    monkeypatch.setattr(edits, "apply_edits", interrupted)
    ran = run("--fix", "runs.jsonl", cwd=tmp_path)
    assert (ran.code, ran.err.splitlines()[0]) == (2, f"validate-runs: runs.jsonl: {CHANGED}")
    assert file.read_text() == f"{first}[]\n"


SECRET = "my password is hunter2"
MASKED = "validate-runs: this is for reading; --show-values prints a patch that applies\n"


def test_diff_masks_secrets(tmp_path: Path) -> None:
    document = faulty_page(first_id=SECRET)
    document["data"][0] |= {"instructions": SECRET, "metadata": {SECRET: SECRET}}
    lines = put(tmp_path / "page.json", document, indent=2).read_text().splitlines()
    first_id, total = (1 + [key in line for line in lines].index(True) for key in ('"first_id"', '"total_tokens"'))
    before = contents(tmp_path)
    assert run("--diff", "page.json", cwd=tmp_path) == Ran(
        1,
        f"""--- a/page.json
+++ b/page.json
@@ -{total} +{total} @@ token-total-mismatch /data/0/usage/total_tokens
-        "total_tokens": 940
+        "total_tokens": 1145
@@ -{first_id} +{first_id} @@ first-id-mismatch /first_id
-  "first_id": "…",
+  "first_id": "{RUN["id"]}",
""",
        f"validate-runs: 2 errors would be fixed in 1 file; nothing remains\n{MASKED}",
    )
    assert contents(tmp_path) == before


def test_diff_of_one_long_line(tmp_path: Path) -> None:
    runs = [valid_run(id=f"run_{number}", usage=WRONG_TOTAL, instructions=SECRET) for number in range(2)]
    (tmp_path / "runs.jsonl").write_text("[]\n" + json.dumps(runs, separators=(",", ":")) + "\r\n")
    shown = run("--diff", "runs.jsonl", cwd=tmp_path)
    assert "hunter2" not in shown.out
    header, *hunks = shown.out.split("@@ -2 +2 @@ token-total-mismatch ")
    assert header == "--- a/runs.jsonl\n+++ b/runs.jsonl\n"
    assert [hunk.partition("\n")[0] for hunk in hunks] == ["/0/usage/total_tokens", "/1/usage/total_tokens"]
    for hunk in hunks:
        _, old, new, end = hunk.split("\n")
        assert end == ""
        assert re.fullmatch(r'-\.\.\..*"completion_tokens":205,"total_tokens":940\}.*', old)
        assert re.fullmatch(r'\+\.\.\..*"completion_tokens":205,"total_tokens":1145\}.*', new)
        assert "\r" not in hunk


def test_diff_is_sanitized_for_build_servers(tmp_path: Path) -> None:
    folder = tmp_path / "##[group]"
    folder.mkdir()
    text = json.dumps(faulty_page(), indent=2).replace('"total_tokens"', '"##[error]": 1, "total_tokens"')
    (folder / "page.json").write_text(text)
    for words in ((), ("--show-values",)):
        assert "##[" not in run("--diff", ".", *words, cwd=tmp_path).out


def test_diff_of_standard_input(faulty: Path) -> None:
    data = faulty.read_bytes()
    shown = run("--diff", "-", "--show-values", stdin=data)
    expected = run("--diff", "page.json", "--show-values", cwd=faulty.parent)
    assert shown == Ran(1, expected.out.replace("page.json", "<stdin>"), expected.err)
    assert run("--diff", "-", stdin=gzip.compress(data)) == Ran(
        0,
        "",
        "validate-runs: -: 2 findings could be fixed, but a compressed file is not rewritten\n"
        "validate-runs: nothing to fix; 3 errors remain\n",
    )
    call = f"{sys.executable} -m validator --diff - --show-values page.json <&-"
    closed = subprocess.run(["sh", "-c", call], cwd=faulty.parent, capture_output=True, text=True, check=False)
    assert (closed.returncode, closed.stdout) == (2, expected.out)


TEXT = json.dumps(
    page(*(valid_run(id=f"run_{number}", usage=WRONG_TOTAL, instructions="Grüße\t" * 9) for number in range(3))),
    indent=2,
    ensure_ascii=False,
)
ONE_LINE = json.dumps(faulty_page(first_id="run_x"))
LAYOUTS: dict[str, str] = {
    "page.json": TEXT,
    "with feed.json": f"{TEXT}\n",
    "crlf.json": TEXT.replace("\n", "\r\n") + "\r\n",
    "mark.json": f"\ufeff{ONE_LINE}",
    "two\tlines.json": f"\ufeff{TEXT}\n",
    "one-line.json": ONE_LINE,
    "grüße.json": ONE_LINE + "\n",
    'quo"te\\.json': ONE_LINE.replace(", ", ",\n"),
    "sub/right-to-left\u202e.json": ONE_LINE.replace(", ", ",\r\n\t"),
    "lines.jsonl": f"{ONE_LINE}\n\n{json.dumps(page())}\n" * 5 + ONE_LINE,
    "near.jsonl": "".join((ONE_LINE, "\n" * 7, ONE_LINE, "\n" * 8, ONE_LINE, "\n")),
}


@pytest.fixture
def laid_out(tmp_path: Path) -> Path:
    """Files of every layout, each with something to fix."""
    folder = tmp_path / "laid-out"
    for name, text in LAYOUTS.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(text.encode())
    return folder


def applied(patch: str, folder: Path, words: Iterable[str]) -> dict[str, bytes]:
    """Return the content of a copy of the folder after a program has run in it."""
    copy = Path(shutil.copytree(folder, folder.with_name("copy")))
    done = subprocess.run([*words], cwd=copy, input=patch.encode(), capture_output=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr.decode()
    return contents(copy)


@pytest.mark.tools
@pytest.mark.parametrize("words", [("git", "apply", "-"), ("patch", "-p1", "--fuzz=0", "--binary")])
def test_diff_with_values_is_a_patch(laid_out: Path, words: tuple[str, ...]) -> None:
    shown = run("--diff", "--show-values", ".", cwd=laid_out)
    assert shown.code == 1
    assert shown.err.count("\n") == 1
    patched = applied(shown.out, laid_out, (command(words[0]), *words[1:]))
    assert patched != contents(laid_out)
    run("--fix", ".", cwd=laid_out)
    assert contents(laid_out) == patched


def test_diff_joins_near_changes_in_a_hunk(tmp_path: Path) -> None:
    (tmp_path / "near.jsonl").write_text(LAYOUTS["near.jsonl"])
    shown = run("--diff", "--show-values", "near.jsonl", cwd=tmp_path)
    assert re.findall("(?m)^@@.*", shown.out) == ["@@ -1,11 +1,11 @@", "@@ -13,4 +13,4 @@"]


@pytest.mark.parametrize("character", ["\u202e", "\x9b", "\x7f", "\u200b"])
def test_diff_with_values_escapes_control_characters(character: str, tmp_path: Path) -> None:
    document = faulty_page()
    document["data"][0]["instructions"] = f"a{character}b"
    put(tmp_path / "page.json", document, ensure_ascii=False)
    shown = run("--diff", "--show-values", "page.json", cwd=tmp_path)
    assert character not in shown.out
    assert f"a\\u{ord(character):04x}b" in shown.out
    assert shown.err == (
        "validate-runs: page.json: control characters are escaped, so this patch does not apply\n"
        "validate-runs: 1 error would be fixed in 1 file; nothing remains\n"
    )
    assert run("--fix", "page.json", cwd=tmp_path).code == 0
    assert character in (tmp_path / "page.json").read_text("utf-8")


def test_diff_escapes_invalid_utf8(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(b"\xff\n" + ONE_LINE.encode() + b"\n")
    shown = run("--diff", "--show-values", "a.jsonl", cwd=tmp_path)
    assert shown.out.splitlines()[3] == r" \udcff"
    assert shown.err.startswith("validate-runs: a.jsonl: control characters are escaped")
    run("--fix", "a.jsonl", cwd=tmp_path)
    assert (tmp_path / "a.jsonl").read_bytes().startswith(b"\xff\n{")


def test_diff_to_a_closed_pipe_is_silent(faulty: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    words = [sys.executable, "-m", "validator", "--diff", "page.json", "-q"]
    ran = subprocess.run(words, cwd=faulty.parent, stdout=writing, stderr=subprocess.PIPE, check=False, timeout=60)
    os.close(writing)
    assert ran.stderr == b""
