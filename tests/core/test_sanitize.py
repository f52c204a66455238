"""What stands behind every reporter: should one forget to escape, nothing it writes is obeyed all the same."""

import ast
import json
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType
from unicodedata import category

import pytest

import validator
from tests.support.commands import run, run_with_all_formats
from tests.support.hostile_cases import OBEYED
from tests.support.paths import SAMPLES
from validator.core.sanitize import sanitize
from validator.reporters.base import ReportItem, ReportOptions
from validator.reporters.registry import FORMATS, Format


def kept_harmless(text: str, **options: bool) -> str:
    return "".join(sanitize([text], **options))


@pytest.mark.parametrize("color", [False, True])
def test_sanitize_escapes_all_control_characters(color: bool) -> None:
    every = "".join(map(chr, range(sys.maxunicode + 1)))
    left = {character for character in kept_harmless(every, color=color) if category(character) in OBEYED}
    assert left == {"\n"}


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("plain · café … 中\n  next\n", "plain · café … 中\n  next\n"),
        ("a\tb\rc\x1b[31mred\x7f\x9b\N{RIGHT-TO-LEFT OVERRIDE}", r"a\u0009b\u000dc\u001b[31mred\u007f\u009b\u202e"),
        ("\N{ZERO WIDTH SPACE}\U000e0041\ud800", r"\u200b\udb40\udc41\ud800"),
        ("a\u034fb\u3164\ufe0f\U000e01ef", r"a\u034fb\u3164\ufe0f\udb40\uddef"),
        ("\x1b]8;;https://example.org\x07link\x1b]8;;\x07", r"\u001b]8;;https://example.org\u0007link\u001b]8;;\u0007"),
        ("a ##[group]b ##vso[task.x]c ##teamcity[d]", r"a #\u0023[group]b #\u0023vso[task.x]c #\u0023teamcity[d]"),
        ("## Heading [link]", "## Heading [link]"),
        ("::error::x\n  ::add-mask::y\na::b::c\n", "\\u003a:error::x\n  \\u003a:add-mask::y\na::b::c\n"),
        ("\N{IDEOGRAPHIC SPACE}::debug::x", "\N{IDEOGRAPHIC SPACE}\\u003a:debug::x"),
        ("\n\n::debug::x", "\n\n\\u003a:debug::x"),
        ("", ""),
    ],
)
def test_sanitize_escapes_commands_and_keeps_the_rest(text: str, written: str) -> None:
    assert kept_harmless(text) == written


INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u200b\u2060\u2065\u3164\ufe00\ufe0f\uffa0\ufff0"
    "\U0001bca0\U0001d173\U000e0001\U000e0100\U000e01ef\U000e0fff"
)
"""Of each kind of characters that leave no trace where they are printed."""


def test_reports_hold_no_invisible_character(tmp_path: Path) -> None:
    page = json.loads((SAMPLES / "valid" / "page.json").read_text("utf-8"))
    for member in ("id", "status", "instructions", "metadata"):
        page["data"][0][member] = {f"{INVISIBLE}a": f"b{INVISIBLE}"} if member == "metadata" else f"c{INVISIBLE}"
    page["data"][0][f"created{INVISIBLE}_at"] = "x"
    page["data"][0]["metadata"]["n"] = 7
    page["data"][0]["metadata"][f"{INVISIBLE}n"] = 7
    path = tmp_path / f"{INVISIBLE[:9]}.json"
    path.write_text(json.dumps(page, ensure_ascii=False), "utf-8")
    words = ("--isolated", "--show-values", path, tmp_path / f"{INVISIBLE[9:]}.json")
    ran, reports = run_with_all_formats(tmp_path / "reports", *words)
    assert (ran.code, r"\u2060" in ran.err) == (2, True)
    assert [text for text in (ran.err, *reports.values()) if not text or {*INVISIBLE} & {*text}] == []


def test_sanitize_keeps_colors_only_on_request() -> None:
    text = "\x1b[1;31merror\x1b[0m \x1b[2J\x1b]0;title\x07\n"
    assert kept_harmless(text, color=True) == "\x1b[1;31merror\x1b[0m \\u001b[2J\\u001b]0;title\\u0007\n"
    assert kept_harmless("\x1b[31mred", color=True) == "\x1b[31mred"
    assert kept_harmless(text) == "\\u001b[1;31merror\\u001b[0m \\u001b[2J\\u001b]0;title\\u0007\n"


def test_sanitize_keeps_own_commands_only() -> None:
    for end in ("\n", ""):
        assert kept_harmless(f"::error::x ##[y]{end}", commands=True) == f"::error::x #\\u0023[y]{end}"


@pytest.mark.parametrize("text", ["::error::x", "ab\n::error::x\n##[group]y", "\x1b[31m", "a\n\nb"])
def test_sanitize_joins_parts(text: str) -> None:
    for color in (False, True):
        assert "".join(sanitize(text, color=color)) == kept_harmless(text, color=color)
        assert "".join(sanitize(["", text[:1], "", text[1:], ""], color=color)) == kept_harmless(text, color=color)


def test_sanitize_yields_each_complete_line() -> None:
    def parts() -> Iterator[str]:
        yield from ("a", "b\nc\nd")
        pytest.fail("looked at too early")

    lines = sanitize(parts())
    assert next(lines) == "ab\nc\n"


def test_sanitize_keeps_the_meaning_of_json() -> None:
    value = {"##[group]": "\x7f\u202e\U000e0041", "a": ["##vso[x]", "::b::"]}
    assert json.loads(kept_harmless(json.dumps(value, ensure_ascii=False, indent=1))) == value


def _forgetful(items: Iterable[ReportItem], options: ReportOptions) -> Iterator[str]:
    yield "\x1b[31m::e"
    yield "rror::x\n::set-output name=a::b\n#"
    yield "#[group]\N{RIGHT-TO-LEFT OVERRIDE}\n"


@pytest.mark.parametrize("way", ["printed", "filed", "pytest"])
def test_output_of_unsafe_reporter_is_sanitized(
    way: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, pytester: pytest.Pytester
) -> None:
    forgetful = ModuleType("validator.reporters.forgetful")
    vars(forgetful)["render"] = _forgetful
    monkeypatch.setitem(sys.modules, forgetful.__name__, forgetful)
    monkeypatch.setitem(FORMATS, "forgetful", Format())
    page, report = SAMPLES / "valid" / "page.json", tmp_path / "report"
    written = "\\u001b[31m::error::x\n\\u003a:set-output name=a::b\n#\\u0023[group]\\u202e\n"
    if way == "printed":
        assert run(page, "-f", "forgetful").out == written
        return
    if way == "filed":
        run(page, "-f", f"forgetful:{report}")
    else:
        pytester.runpytest_inprocess("-p", "no:hypothesispytest", f"--validate-runs-report=forgetful:{report}")
    assert report.read_text("utf-8") == written


def test_all_output_is_sanitized() -> None:
    """Nobody imports a reporter but by name, and nothing else in the package writes to standard output."""
    folder = Path(validator.__file__).parent
    for path in folder.rglob("*.py"):
        tree = ast.parse(path.read_bytes())
        imports = (node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom))
        sources = {f"{node.module}.{name.name}" for node in imports for name in node.names}
        reporters = {source for source in sources if re.fullmatch(r"validator\.reporters\.\w+\.render", source)}
        assert not reporters or path.parent.name == "reporters", path  # one may be made of another
        calls = [ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)]
        assert "print" not in calls, path
        assert "sys.stdout.write" not in calls or path.name == "output.py", path


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("##vso[task.x variable=a]b",), r"#\u0023vso[task.x variable=a]b: no such file or directory"),
        (("a\n::set-output name=a::b",), r"a\u000a::set-output name=a::b: no such file or directory"),
        (("--##vso[task.x]\x1b[31m",), r"#\u0023vso[task.x]"),
        (("--limit", "x\n::error::y"), "is not a whole number"),
        (("--config", "##[error]x"), r"#\u0023[error]x: no such file or directory"),
        (("--explain", "\x1b]0;title\x07"), r'"\u001b]0;title\u0007"'),
        (
            ("--baseline", "##[group]\N{RIGHT-TO-LEFT OVERRIDE}", "."),
            r"#\u0023[group]\u202e: no such baseline",
        ),
    ],
)
def test_arguments_are_escaped_on_standard_error(words: tuple[str, ...], message: str, tmp_path: Path) -> None:
    ran = run(*words, cwd=tmp_path)
    assert ran.code == 2
    assert message in ran.err
    assert kept_harmless(ran.err) == ran.err
