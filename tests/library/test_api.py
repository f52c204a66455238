"""The library as its callers see it: what `validate` takes, returns and raises."""

import copy
import dataclasses
import enum
import io
import json
import re
import uuid
from collections import UserDict, namedtuple
from collections.abc import AsyncIterator, Callable
from decimal import Decimal
from pathlib import Path, PurePosixPath
from typing import Any, NoReturn
from unittest.mock import MagicMock, Mock

import httpx
import pytest

import validator
from tests.support.pages import NOW, page, run, summarize
from tests.support.paths import SAMPLES
from validator import Finding, Report, Severity, UnknownRule, ValidationFailed, validate
from validator.core.results import DocumentInfo, Summary
from validator.reporters.base import ReportOptions
from validator.reporters.registry import FORMATS, load_reporter

FAULTY = page(run(usage={"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 4}))
MISMATCH = (
    "token-total-mismatch",
    "/data/0/usage/total_tokens",
    "is 4, but prompt_tokens 1 + completion_tokens 2 is 3",
)


class Model:
    """An object as client libraries make them."""

    def __init__(self, value: object) -> None:
        self.value = value

    def model_dump(self, *, by_alias: bool, exclude_unset: bool) -> object:
        assert by_alias
        assert exclude_unset, "defaults that no server sent would become findings"
        return self.value


class Generated:
    """An object as clients that are generated from an API description make them."""

    def to_dict(self) -> object:
        return FAULTY


@pytest.mark.parametrize(
    "source",
    [
        FAULTY,
        json.dumps(FAULTY),
        "\ufeff" + json.dumps(FAULTY, indent=2),
        json.dumps(FAULTY).encode(),
        {**FAULTY, "data": tuple(FAULTY["data"])},
        Model(FAULTY),
        bytearray(json.dumps(FAULTY).encode()),
        memoryview(json.dumps(FAULTY).encode()),
        dataclasses.make_dataclass("Page", FAULTY)(**FAULTY),
        namedtuple("Page", FAULTY)(**FAULTY),
        Generated(),
        page(*FAULTY["data"], object=enum.Enum("Kind", {"LIST": "list"}).LIST),  # type: ignore[attr-defined]
    ],
    ids=[
        "dict",
        "text",
        "text with a mark",
        "bytes",
        "dict with a tuple",
        "model",
        "bytearray",
        "memoryview",
        "dataclass",
        "named tuple",
        "object of a generated client",
        "enumeration",
    ],
)
def test_page_as_value_text_bytes_or_model(source: object) -> None:
    assert summarize(source) == [MISMATCH]


def test_uuid_is_its_text() -> None:
    assert summarize(run(assistant_id=uuid.UUID(int=0))) == summarize(run(assistant_id=str(uuid.UUID(int=0))))


def test_array_of_runs_as_list() -> None:
    assert summarize(FAULTY["data"]) == [(MISMATCH[0], "/0/usage/total_tokens", MISMATCH[2])]


def test_file_or_folder_as_path(tmp_path: Path) -> None:
    (tmp_path / "b.json").write_text(json.dumps(FAULTY))
    (tmp_path / "a.json").write_text(json.dumps(page()))
    assert summarize(tmp_path / "b.json") == [MISMATCH]
    report = validate(tmp_path)
    assert [(about.file, about.runs) for about in report.documents] == [
        (str(tmp_path / "a.json"), 1),
        (str(tmp_path / "b.json"), 1),
    ]
    assert [found.file for found in report.findings] == [str(tmp_path / "b.json")]


def test_list_of_paths(tmp_path: Path) -> None:
    first, second = page(run(id="run_b"), has_more=True), page(run(id="run_a"))
    for name, each in (("a.json", first), ("b.json", second), ("c.json", FAULTY)):
        (tmp_path / name).write_text(json.dumps(each))
    a, b, c = paths = sorted(tmp_path.iterdir())
    for source in (paths, tuple(paths), iter(paths), {"a": a, "b": b, "c": c}.values()):
        report = validate(source, now=NOW)
        assert [about.file for about in report.documents] == [*map(str, paths)]
        assert [str(finding.file) for finding in report] == [str(c)]
    assert summarize([a, b], listing=True) == []
    assert [rule for rule, *_ in summarize([b, a], listing=True)] == ["broken-chain"] * 2
    (tmp_path / "empty").mkdir()
    with pytest.raises(OSError, match=r"empty: nothing to check: "):
        validate([a, tmp_path / "empty"])
    with pytest.raises(
        TypeError, match="^cannot check a value of type PosixPath among other values: give it alone, or"
    ):
        validate([a, page()])


def test_what_an_iterator_yields_is_a_list() -> None:
    runs = FAULTY["data"]
    for source in ((each for each in runs), iter(runs), map(dict, runs), dict(enumerate(runs)).values()):
        assert summarize(source) == [(MISMATCH[0], "/0/usage/total_tokens", MISMATCH[2])]
    with pytest.raises(TypeError, match="^cannot check a value of type list_iterator that yields nothing: give a list"):
        validate(iter([]))


def test_any_path_like_object_is_a_path(tmp_path: Path) -> None:
    (tmp_path / "b.json").write_text(json.dumps(FAULTY))
    assert summarize(PurePosixPath(tmp_path, "b.json")) == [MISMATCH]


@pytest.mark.parametrize(
    "name",
    ["page.json", "tests/page.json", "/nowhere/Calls.HAR", "2024-a.jsonl.gz", "saved", "./saved"],
)
def test_file_name_as_str_is_a_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "saved").touch()
    message = f'is the name of a file, and a str is read as JSON text: give Path("{name}")'
    assert summarize(name) == [("not-json", "", message)]
    assert validate(name).findings[0].line is None


def test_list_of_file_names_is_a_finding() -> None:
    message = 'is a list of names of files: give each as a Path, Path("a.json")'
    assert summarize(["a.json", "b.json"]) == [("not-json", "", message)]
    assert [rule for rule, *_ in summarize(["a.json", "b"])] == ["not-a-run-list"]


def test_url_as_str_is_a_finding() -> None:
    message = "is a URL, and nothing is fetched: give the response"
    assert summarize("https://api.example.com/v1/threads/a/runs") == [("not-json", "", message)]


@pytest.mark.parametrize(
    "text",
    [
        "gone",
        "",
        "[a].json",
        '"page.json',
        "\n.json",
        "a\n.json",
        f"{'a' * 255}.json",
        "a\0b",
        "cannot open a.json",
        "sk-a.json",
        '{"a": 1}.json',
    ],
)
def test_text_that_is_not_a_file_name_is_json(text: str) -> None:
    assert "Path(" not in str(validate(text))
    assert validate(text).findings[0].line is not None


def test_texts_have_positions_and_values_have_not() -> None:
    text, value = validate(json.dumps(FAULTY)).findings[0], validate(FAULTY).findings[0]
    assert (text.line, text.column, text.end_line, text.end_column) == (1, 824, 1, 825)
    assert text.excerpt is not None
    assert (value.line, value.column, value.end_line, value.end_column) == (None, None, None, None)
    assert value.excerpt is None
    places = {"line": None, "column": None, "end_line": None, "end_column": None}
    assert dataclasses.replace(text, **places) == value  # type: ignore[arg-type]  # fields by name


def test_finding_has_all_fields() -> None:
    assert validate(SAMPLES / "invalid" / "token-total-mismatch.json").findings == (
        Finding(
            rule="token-total-mismatch",
            group="usage",
            severity=Severity.ERROR,
            message="is 940, but prompt_tokens 940 + completion_tokens 205 is 1145",
            file=str(SAMPLES / "invalid" / "token-total-mismatch.json"),
            record=None,
            pointer="/data/0/usage/total_tokens",
            run_id="run_wnNSI71Wbtj1Sf609JSgsmby",
            line=35,
            column=25,
            end_line=35,
            end_column=28,
            fingerprint=validate(SAMPLES / "invalid" / "token-total-mismatch.json").findings[0].fingerprint,
            source="https://github.com/openai/openai-openapi/blob/master/openapi.yaml",
        ),
    )


def test_report_has_documents_summary_and_ok() -> None:
    report = validate(FAULTY, now=NOW)
    assert not report.ok
    assert report.contract == "observed"
    assert report.documents == (
        DocumentInfo(file=None, record=None, kind="page", form="wire", generation="v2", runs=1),
    )
    assert report.summary == Summary(
        documents=1, runs=1, error=1, warning=0, info=0, documents_by_severity={Severity.ERROR: 1}
    )
    sound = validate(page(), contract="published", now=NOW)
    assert (sound.ok, sound.findings, sound.contract) == (True, (), "published")


def test_report_str() -> None:
    assert repr(validate(FAULTY, now=NOW)) == "<Report: 1 error in 1 document (1 run)>"
    assert repr(validate(page(), now=NOW)) == "<Report: ok: 1 run in 1 document>"


def test_report_is_iterable_and_has_no_truth_value() -> None:
    report = validate(FAULTY, now=NOW)
    assert [*report] == [*report.findings]
    assert len(report) == len(report.findings) == 1
    for each in (report, validate(page(), now=NOW)):
        with pytest.raises(TypeError, match=r"^a report has no truth value: use report\.ok, or len\(report\)"):
            bool(each)


def test_report_as_json_dict_and_file(tmp_path: Path) -> None:
    report = validate(FAULTY, now=NOW)
    (finding,) = report.findings
    as_dict = report.to_dict()
    assert as_dict == json.loads(report.to_json())
    assert [*as_dict] == ["version", "contract", "documents", "findings", "summary"]
    assert [(row["rule"], row["pointer"], row["fingerprint"]) for row in as_dict["findings"]] == [
        (finding.rule, finding.pointer, finding.fingerprint)
    ]
    for name in FORMATS:
        report.write(name, tmp_path / name)
        assert "token-total-mismatch" in (tmp_path / name).read_text("utf-8")
    assert (tmp_path / "json").read_text("utf-8") == report.to_json()
    with pytest.raises(ValueError, match=r"^format is 'yaml', expected one of 'text', "):
        report.write("yaml", tmp_path / "yaml")
    with pytest.raises(FileNotFoundError):
        report.write("json", tmp_path / "none" / "report.json")


def test_finding_str_is_the_concise_line() -> None:
    pages = [FAULTY, json.dumps(FAULTY), SAMPLES / "invalid" / "token-total-mismatch.json"]
    for source in [*pages, SAMPLES / "series" / "server-error.har", '{"a": "' + "b" * 400 + '"']:
        report = validate(source, now=NOW)
        concise = "".join(load_reporter("concise")(report.results, ReportOptions(contract="observed", quiet=True)))
        assert [str(finding) for finding in report] == concise.splitlines() != []
    assert str(validate(FAULTY, now=NOW).findings[0]) == (
        "<document>: error token-total-mismatch /data/0/usage/total_tokens: "
        "is 4, but prompt_tokens 1 + completion_tokens 2 is 3"
    )


def test_finding_repr_has_what_is_set() -> None:
    (finding,) = validate(FAULTY, now=NOW).findings
    assert repr(finding).startswith("Finding(rule='token-total-mismatch', group='usage', severity=<Severity.ERROR")
    assert "None" not in repr(finding)
    assert "''" not in repr(finding)


def test_show_values_shows_text() -> None:
    faulty = page(run(temperature="warm"))
    hidden, shown = (validate(faulty, now=NOW, show_values=value).findings[0] for value in (False, True))
    assert (hidden.message, shown.message) == (
        "is a string of 4 characters, expected a number or null",
        'is "warm", expected a number or null',
    )
    outlined = validator.Validator(show_values=True, now=NOW).with_outlines().validate(faulty)
    assert [finding.message for finding in outlined] == [shown.message]
    assert outlined.results[0].outlines != ()


def test_warnings_alone_are_ok() -> None:
    report = validate(page(run(expires_at=1729419000)), now=NOW)
    assert [str(found.severity) for found in report.findings] == ["warning"]
    assert report.ok
    report.raise_for_findings()


def test_raise_for_findings_has_the_text_report() -> None:
    report = validate(FAULTY, now=NOW)
    expected = (
        "error token-total-mismatch: total_tokens is 4, but prompt_tokens 1 + completion_tokens 2 is 3\n"
        "  --> <document> /data/0/usage/total_tokens\n"
        "      = run run_Qm3vT8yLk2WzNf5RbXcJ7HdA (completed)\n"
        "\n"
        "For more about a rule: validate-runs --explain token-total-mismatch\n"
        "1 error in 1 document (1 run)\n"
    )
    with pytest.raises(ValidationFailed) as failed:
        report.raise_for_findings()
    assert str(failed.value) == str(report) == expected
    assert isinstance(failed.value, AssertionError)


@pytest.mark.parametrize("fail_on", ["warning", Severity.WARNING, "info"])
def test_raise_for_findings_fail_on(fail_on: str) -> None:
    report = validate(page(run(expires_at=1729419000)), now=NOW)
    with pytest.raises(ValidationFailed):
        report.raise_for_findings(fail_on)
    with pytest.raises(ValueError, match="^fail_on is 'fatal', expected one of 'error', 'warning', 'info'$"):
        report.raise_for_findings("fatal")


def test_select_ignore_and_severity() -> None:
    both = page(run(expires_at=1729419000, usage=FAULTY["data"][0]["usage"]))
    assert [rule for rule, *_ in summarize(both)] == ["expiry-on-ended-run", "token-total-mismatch"]
    assert [rule for rule, *_ in summarize(both, select=["usage"])] == ["token-total-mismatch"]
    assert [rule for rule, *_ in summarize(both, select="usage")] == ["token-total-mismatch"]
    assert [rule for rule, *_ in summarize(both, ignore=("token-*",))] == ["expiry-on-ended-run"]
    assert [rule for rule, *_ in summarize(both, severity={"usage": "off"})] == ["expiry-on-ended-run"]
    report = validate(both, severity={"usage": Severity.INFO, "status": "warning"}, now=NOW)
    assert [str(found.severity) for found in report.findings] == ["warning", "info"]


def test_now_order_limit_and_expect() -> None:
    assert summarize(page()) == []
    early = validate(page(), now=1.6e9).findings
    assert [(found.rule, found.pointer) for found in early] == [("implausible-timestamp", "/data/0/created_at")]
    assert [found[0] for found in summarize(page(run(), run(id="run_b")), limit=1)] == ["page-too-long"]
    assert [found[0] for found in summarize(run(), expect="page")] == ["not-a-run-list"]
    assert summarize(page(first_id=None), contract="published") == [
        ("schema:type", "/first_id", "is null, expected a string")
    ]
    assert [found[0] for found in summarize(page(run(), run(id="run_b", created_at=1729418401)), order="desc")] == [
        "unordered-runs"
    ]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"contract": "latest"}, "contract is 'latest', expected one of 'observed', 'published'"),
        ({"form": "camel"}, "form is 'camel', expected one of 'auto', 'wire', 'sdk'"),
        ({"expect": "runs"}, "expect is 'runs', expected one of 'auto', 'page', 'run'"),
        ({"order": "newest"}, "order is 'newest', expected one of None, 'asc', 'desc'"),
        (
            {"severity": {"usage": "fatal"}},
            "severity of 'usage' is 'fatal', expected one of 'error', 'warning', 'info', 'off'",
        ),
        ({"severity": "usage=off"}, "severity is 'usage=off', expected a mapping such as {'usage': 'warning'}"),
        ({"severity": {5: "off"}}, "severity is {5: 'off'}, expected names, groups or globs of rules"),
        ({"ignore": [5]}, "ignore is [5], expected names, groups or globs of rules"),
        ({"ignore": 5}, "ignore is 5, expected names, groups or globs of rules"),
        ({"select": None}, "select is None, expected names, groups or globs of rules"),
        (
            {"ignore": "usage,time"},
            'no rule or group is called "usage,time", did you mean "usage", "time", each a word of its own',
        ),
        ({"limit": 0}, "limit is 0, expected an integer from 1 to 100"),
        ({"limit": 101}, "limit is 101, expected an integer from 1 to 100"),
        ({"limit": True}, "limit is True, expected an integer from 1 to 100"),
        ({"limit": "20"}, "limit is '20', expected an integer from 1 to 100"),
        ({"now": float("nan")}, "now is nan, expected Unix seconds"),
        ({"now": "2024-01-01"}, "now is '2024-01-01', expected Unix seconds"),
        ({"now": 10**400}, f"now is 1{'0' * 400}, expected Unix seconds"),
    ],
)
def test_option_outside_vocabulary_is_a_value_error(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError) as refused:  # noqa: PT011  # the whole text is compared
        validate(page(), **options)
    assert str(refused.value) == message


@pytest.mark.parametrize("options", [{"select": ["toolz"]}, {"ignore": ["toolz"]}, {"severity": {"toolz": "off"}}])
def test_unknown_rule_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(UnknownRule) as refused:
        validate(page(), **options)
    assert str(refused.value) == 'no rule or group is called "toolz", did you mean "tools"'
    assert isinstance(refused.value, ValueError)


async def fetch() -> list[object]:
    return []


async def stream() -> AsyncIterator[object]:
    yield page()


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ((200, page()), "a tuple of a body and a status: give the body, or a response object"),
        ((page(), 200, {}), "a tuple of a body and a status: give the body, or a response object"),
        (fetch, "a value of type function: call it, and give what it returns"),
        (stream(), "a value of type async_generator: collect it in a list, [run async for run in ...]"),
        (io.StringIO("{}"), "a value of type StringIO before its body is read: call its read(), or give what that"),
        (
            httpx.Response(200, stream=httpx.SyncByteStream()),
            "a value of type Response before its body is read: call its read(), or give what that returns",
        ),
        (httpx.Client(), "a value of type Client, a client or an application: give a response; assert_live_listing "),
        (page(run(temperature=Decimal(1))), "a value of type Decimal: JSON has no such values"),
        ({"a": httpx.Response(200, json=page())}, "a value of type Response among other values: give it alone, or in"),
        (Mock(), "a mock: give what a server would answer"),
        (MagicMock(), "a mock: give what a server would answer"),
        (
            httpx.HTTPStatusError("no", request=httpx.Request("GET", "http://a"), response=httpx.Response(500)),
            "a value of type HTTPStatusError: give its response",
        ),
        (validate({}), "a report, which is the result of a check: use its raise_for_findings()"),
    ],
)
def test_what_to_do_with_an_unsupported_source(source: object, message: str) -> None:
    with pytest.raises(TypeError, match=f"^{re.escape(f'cannot check {message}')}"):
        validate(source)


@pytest.mark.parametrize("source", [7, None, 1.5, object(), {1, 2}, range(3)])
def test_unsupported_source_is_a_type_error(source: object) -> None:
    with pytest.raises(TypeError, match=rf"^cannot check a value of type {type(source).__name__}: give "):
        validate(source)


@pytest.mark.parametrize("value", [{1, 2}, b"secret", object()])
def test_value_json_cannot_write_is_a_type_error(value: object) -> None:
    with pytest.raises(TypeError):
        validate(page(run(metadata={"a": value})))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("nowhere.json", "nowhere.json: no such file or directory"),
        (
            "empty",
            "empty: nothing to check: no *.json, *.jsonl, *.ndjson, *.sse, *.har, *.yaml or *.yml in this folder",
        ),
        ("a\0b", r"a\u0000b: is not a possible file name"),
        ("a\x1b[31m.json", r"a\u001b[31m.json: no such file or directory"),
    ],
)
def test_unreadable_path_is_an_os_error(tmp_path: Path, name: str, expected: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(OSError) as refused:  # noqa: PT011  # the whole text is compared
        validate(tmp_path / name)
    assert str(refused.value) == f"{tmp_path}/{expected}"
    assert (refused.value.__cause__, refused.value.__context__) == (None, None)


def test_recursive_value_is_too_deep() -> None:
    page_, list_ = page(run()), [run()]
    page_["data"][0]["metadata"]["again"] = page_
    list_.append(list_)  # type: ignore[arg-type]
    for value in (page_, list_, Dumped(lambda: Dumped(lambda: page_)), UserDict(page_)):
        assert summarize(value) == [("too-deep", "", "has more than 256 levels")]


@pytest.mark.parametrize("number", [10**4300, -(10**100_000)], ids=["large", "huge"])
def test_value_with_huge_integer_is_too_large(number: int) -> None:
    for value in (page(run(created_at=number)), [number], {number: 1}, Dumped(lambda: {"a": number})):
        assert summarize(value) == [("too-large", "", "has an integer of more digits than Python writes")]
    assert summarize([number], ignore=["document"]) == summarize([number])


class Dumped:
    """What a model is to the library: something that can be dumped."""

    def __init__(self, dump: Callable[[], object]) -> None:
        self.dump = dump

    def model_dump(self, **_: object) -> object:
        return self.dump()


def refuse(*_: object, **__: object) -> NoReturn:
    raise RuntimeError("\x1b[31mof its own")


EVIL_NAME = "\x1b[31mEvil\u202e"
SPELT = r"\u001b[31mEvil\u202e"
SOURCES = "JSON text, a Path, a parsed value, a response or a model"
Evil = type(EVIL_NAME, (), {})
Unprintable = type("Unprintable", (), {"__repr__": refuse})
Raising = {
    name: type(name.strip("_").title(), (base,), {name: member})
    for name, base, member in [
        ("__class__", object, property(refuse)),
        ("__getattr__", object, refuse),
        ("content", object, property(refuse)),
        ("model_dump", object, refuse),
        ("items", dict, refuse),
        ("keys", UserDict, refuse),
        ("isoformat", object, refuse),
        ("lower", str, refuse),
        ("__fspath__", object, refuse),
    ]
}
Anonymous = type("Anonymous", (type,), {"__name__": property(refuse)})("Anonymous", (), {})


@pytest.mark.parametrize("name", Raising)
def test_source_that_raises_is_a_type_error(name: str) -> None:
    source = Raising[name]() if name != "items" else Raising[name]({"a": 1})
    with pytest.raises(TypeError) as refused:
        validate(Raising[name]("a.json") if name == "lower" else source)
    kind = Raising[name].__name__
    assert str(refused.value) == f"cannot check a value of type {kind}: it raised RuntimeError"
    assert isinstance(refused.value.__cause__, RuntimeError)


def test_value_error_of_a_model_is_a_type_error() -> None:
    def dump() -> NoReturn:
        raise ValueError("of its own")

    with pytest.raises(TypeError) as refused:
        validate([Dumped(dump)])
    assert str(refused.value) == "cannot check a value of type list: it raised ValueError"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (Evil(), f"{SPELT}: give {SOURCES}"),
        ([Evil()], f"{SPELT}: JSON has no such values"),
        ({Evil(): 1}, f"dict: it raised TypeError: keys must be str, int, float, bool or None, not {SPELT}"),
        (Anonymous(), f"Anonymous: give {SOURCES}"),
        (Unprintable(), f"Unprintable: give {SOURCES}"),
        ([Decimal(1)], "Decimal: JSON has no such values"),
    ],
    ids=["source", "value", "key", "anonymous", "unprintable", "decimal"],
)
def test_type_names_are_escaped(source: object, expected: str) -> None:
    with pytest.raises(TypeError) as refused:
        validate(source)
    assert str(refused.value) == f"cannot check a value of type {expected}"


@pytest.mark.parametrize("option", ["contract", "form", "expect", "order", "limit", "now", "select", "severity"])
@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Unprintable(), "is a value of type Unprintable, "),
        (Evil(), r"Evil\u202e object at 0x"),
        (10**5000, "is a value of type int, "),
    ],
    ids=["unprintable", "evil", "huge"],
)
def test_option_names_are_escaped(option: str, value: object, expected: str) -> None:
    with pytest.raises(ValueError, match=rf"^{option} is ") as refused:
        validate(page(run()), **{option: value})  # type: ignore[arg-type]
    assert expected in str(refused.value).replace("(", "").replace(",)", "")
    assert "\x1b" not in str(refused.value)


def test_value_with_nan_is_a_finding() -> None:
    assert summarize(page(run(temperature=float("nan"), top_p=float("-inf")))) == [
        (
            "non-finite-number",
            "/data/0/temperature",
            "is NaN, which JSON does not have; no number is written null",
        ),
        (
            "non-finite-number",
            "/data/0/top_p",
            "is -Infinity, which JSON does not have; no number is written null",
        ),
    ]


@pytest.mark.parametrize(("levels", "rules"), [(250, []), (300, ["too-deep"]), (100_000, ["too-deep"])])
def test_depth_limit_of_values_and_texts(levels: int, rules: list[str]) -> None:
    deep: Any = {}
    for _ in range(levels):
        deep = {"a": deep}
    assert [rule for rule, *_ in summarize(page(run(tool_resources={"a": deep})))] == rules


def test_validate_does_not_change_the_value() -> None:
    for file in ("valid/sdk-page.json", "seed-example.json", "invalid/missing-required-action.json"):
        value = json.loads((SAMPLES / file).read_text("utf-8"))
        before = copy.deepcopy(value)
        validate(value)
        assert value == before


def test_reports_are_immutable() -> None:
    report = validate(FAULTY)
    for value, name in (
        (report, "contract"),
        (report.findings[0], "message"),
        (report.documents[0], "runs"),
        (report.summary, "error"),
    ):
        with pytest.raises(AttributeError):
            setattr(value, name, None)


def test_documents_and_findings_are_in_order() -> None:
    findings = validate(SAMPLES / "invalid").findings
    places = [(found.file, found.line, found.column, found.rule) for found in findings]
    assert places == sorted(places)
    skipped = {str(SAMPLES / "invalid" / "not-a-run-list.json")}  # plainly something else, which folders may have
    assert {found.file for found in findings} == {*map(str, (SAMPLES / "invalid").iterdir())} - skipped


def test_public_names_are_imported_lazily() -> None:
    assert all(getattr(validator, name) is not None for name in validator.__all__)
    assert validator.Report is Report
    assert {*validator.__all__, "__version__", "__doc__", "__file__"} <= {*dir(validator)}
    assert [name for name in dir(validator) if not name.startswith("_")] == sorted(validator.__all__)
    with pytest.raises(AttributeError) as unknown:
        validator.valid8  # noqa: B018  # asking is the point
    assert str(unknown.value) == "module 'validator' has no attribute 'valid8'"
