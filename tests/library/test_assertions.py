"""The assertions as plain Python: what they take, and what a failure says."""

import json
from collections import UserDict
from datetime import UTC, datetime
from linecache import getline
from pathlib import Path
from typing import Any

import pytest

from tests.support.paths import SAMPLES
from validator import (
    UncheckedRunsWarning,
    UnknownRule,
    ValidationFailed,
    Validator,
    assert_valid_runs,
    valid_runs,
    validate,
)
from validator.assertions import Options, Watch, watch_assertions

SOUND = SAMPLES / "valid" / "page.json"
PAGE = json.loads(SOUND.read_text())
FAULTY = {**PAGE, "first_id": "run_b", "last_id": "run_x"}
RUN = PAGE["data"][0]
WARNED = {**RUN, "expires_at": RUN["created_at"] + 600}


class Response:
    """What the responses of httpx, requests and the openai package have in common."""

    def __init__(self, content: bytes) -> None:
        self.content = content


class Buffered:
    """A response of urllib3 or Werkzeug."""

    def __init__(self, data: bytes) -> None:
        self.data = data


class Model:
    """A pydantic model, as far as it matters."""

    data: object = None

    def __init__(self, value: object) -> None:
        self.value = value

    def model_dump(self, *, by_alias: bool, exclude_unset: bool) -> object:
        assert by_alias
        assert exclude_unset
        return self.value


class ModelWithBody(Model, Response):
    """A model that still has what it was made of."""

    def __init__(self, value: object, content: bytes) -> None:
        Model.__init__(self, value)
        Response.__init__(self, content)


def message(response: object, **options: Any) -> str:
    """The whole message of a failure."""
    with pytest.raises(ValidationFailed) as failure:
        assert_valid_runs(response, **options)
    return str(failure.value)


def headline(response: object, **options: Any) -> str:
    """What pytest shows of a failure in its short summary."""
    return message(response, **options).partition("\n")[0]


@pytest.mark.parametrize(
    "made",
    [
        lambda page: page,
        json.dumps,
        lambda page: json.dumps(page).encode(),
        UserDict,
        lambda page: Response(json.dumps(page).encode()),
        lambda page: Buffered(json.dumps(page).encode()),
        Model,
        lambda page: Model({**page, "data": [Model(run) for run in page["data"]]}),
        lambda page: UserDict({**page, "data": [UserDict(run) for run in page["data"]]}),
    ],
    ids=["dict", "text", "bytes", "mapping", "content", "data", "model", "model of models", "mapping of mappings"],
)
def test_assert_valid_runs_takes_any_form(made: Any) -> None:
    assert_valid_runs(made(PAGE), expect="page")
    assert [finding.rule for finding in validate(made(FAULTY)).findings] == ["first-id-mismatch", "last-id-mismatch"]


def test_list_of_models_is_an_array_of_runs() -> None:
    report = validate([Model(run) for run in PAGE["data"]])
    assert [document.kind for document in report.documents] == ["runs"]


def test_assert_valid_runs_takes_a_path() -> None:
    assert_valid_runs(SOUND)


def test_response_bytes_are_preferred_to_model() -> None:
    assert headline(ModelWithBody(PAGE, json.dumps(FAULTY).encode())).endswith(" [first-id-mismatch] and 1 more error")


def test_datetimes_of_models_are_serialised() -> None:
    run = {**RUN, "created_at": datetime(2024, 10, 20, 10, tzinfo=UTC)}
    assert [finding.pointer for finding in validate(run).findings] == ["/created_at"]


def test_too_deep_value_is_a_finding() -> None:
    value: list[Any] = []
    for _ in range(100_000):
        value = [value]
    assert headline(value) == "the document has more than 256 levels [too-deep]"


async def _page() -> None:
    """What an asynchronous client returns."""


def test_assertion_refuses_unsupported_source() -> None:
    with pytest.raises(
        TypeError, match="^cannot check a value of type NoneType: give JSON text, a Path, a parsed value, a response"
    ):
        assert_valid_runs(None)
    with pytest.raises(TypeError, match="^cannot check a value of type set: JSON has no such values$"):
        assert_valid_runs({**PAGE, "data": {1}})


def test_response_is_no_argument_of_valid_runs() -> None:
    with pytest.raises(TypeError, match=r"^valid_runs\(\) takes options: write `assert response == valid_runs`$"):
        valid_runs(PAGE)


def test_unawaited_page_is_refused() -> None:
    page = _page()
    with pytest.raises(TypeError, match="^cannot check a value of type coroutine before it is awaited$"):
        assert_valid_runs(page)
    page.close()


def test_missing_file_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"page\.json: no such file or directory$"):
        assert_valid_runs(tmp_path / "page.json")


def test_failure_shows_all_findings() -> None:
    first, last = (run["id"] for run in (PAGE["data"][0], PAGE["data"][-1]))
    assert message(FAULTY) == (
        f'first_id is "run_b", but the first run in data is "{first}" [first-id-mismatch] and 1 more error\n'
        "\n"
        'error first-id-mismatch: first_id is "run_b", but the first run in data\n'
        f'  is "{first}"\n'
        "  --> <document> /first_id\n"
        "\n"
        'error last-id-mismatch: last_id is "run_x", but the last run in data is\n'
        f'  "{last}"\n'
        "  --> <document> /last_id\n"
        "\n"
        "For more about a rule: validate-runs --explain first-id-mismatch\n"
        "2 errors in 1 document (2 runs)"
    )


def test_failure_shows_three_findings_of_a_kind() -> None:
    runs = [{**RUN, "id": f"run_{number}", "usage": {**RUN["usage"], "total_tokens": 1}} for number in range(100)]
    text = message(runs)
    assert text.count("error token-total-mismatch:") == 3
    rest = "... and 97 more token-total-mismatch in <document>, the last at /99/usage/total_tokens"
    assert f"\n{rest}\n\nFor more about a rule: validate-runs --explain token-total-mismatch\n100 errors" in text


def test_failure_shows_twenty_findings() -> None:
    faulty = {**RUN, **{key: [{}] for key in list(RUN)[2:]}}
    text, found = message(faulty), len(validate(faulty).findings)
    assert text.count("  --> <document> ") == 20
    assert f"\n... and {found - 20} more findings of other kinds\n\n" in text


def test_headline_begins_with_worst_finding() -> None:
    run = {**WARNED, "usage": {**RUN["usage"], "total_tokens": 1}}
    assert headline([run, RUN], fail_on="warning") == (
        "total_tokens is 1, but prompt_tokens 312 + completion_tokens 48 is 360 [token-total-mismatch] and 1 warning"
    )


def test_headline_counts_failing_findings() -> None:
    run = {**WARNED, "usage": {**RUN["usage"], "total_tokens": 1}}
    assert headline(run).endswith(" is 360 [token-total-mismatch]")
    assert headline([run, run], fail_on="warning").endswith(" [token-total-mismatch] and 1 more error, 2 warnings")


def test_headline_of_syntax_error() -> None:
    assert headline("{\n}}") == '"}", but the end of the text was expected [not-json]'


def test_headline_counts_documents_of_a_folder(tmp_path: Path) -> None:
    for name in ("a.json", "b.json"):
        (tmp_path / name).write_text(json.dumps(FAULTY))
    assert headline(tmp_path).endswith(" [first-id-mismatch] and 3 more errors")


def test_headline_counts_valid_documents(tmp_path: Path) -> None:
    for name in ("a.json", "b.json"):
        (tmp_path / name).write_text(json.dumps(PAGE))
    watch = Watch(Options)
    with watch_assertions(watch):
        assert not tmp_path != valid_runs  # noqa: SIM202  # what is tested
    assert watch.failed is not None
    assert watch.failed.headline == "no error in 2 documents, expected at least one"


def test_warnings_are_shown_and_infos_counted() -> None:
    faulty = {**WARNED, "id": "1", "usage": {**RUN["usage"], "total_tokens": 1}}
    *_, last = message(faulty).splitlines()
    assert last == "1 error, 1 warning in 1 document (1 run); 1 info hidden"
    *_, last = message(faulty, fail_on="info").splitlines()
    assert last == "1 error, 1 warning, 1 info in 1 document (1 run)"


def test_fail_on() -> None:
    assert_valid_runs(WARNED)
    assert headline(WARNED, fail_on="warning").startswith("expires_at is 1729419000, but ")


@pytest.mark.parametrize(
    "options",
    [
        {"ignore": ["page"]},
        {"select": ["usage"]},
        {"severity": {"first-id-mismatch": "warning", "last-id-mismatch": "off"}},
    ],
    ids=repr,
)
def test_options_are_those_of_validate(options: Options) -> None:
    assert_valid_runs(FAULTY, **options)
    assert FAULTY == valid_runs(**options)


def test_unknown_options_are_type_errors() -> None:
    with pytest.raises(UnknownRule, match='did you mean "first-id-mismatch"'):
        assert_valid_runs(PAGE, ignore=["first-id-mismach"])
    with pytest.raises(TypeError, match=r"^assert_valid_runs\(\) has no option 'ignored', did you mean 'ignore'$"):
        assert_valid_runs(PAGE, ignored=["first-id-mismatch"])  # type: ignore[call-arg]
    with pytest.raises(TypeError, match=r"^valid_runs\(\) has no option 'limt', did you mean 'limit'$"):
        valid_runs(limt=20)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="has no option 'page', expected contract, form, .*, show_values or fail_on$"):
        assert_valid_runs(PAGE, page=1)  # type: ignore[call-arg]
    with pytest.raises(ValueError, match="^contract is 'official', expected one of 'observed', 'published'$"):
        assert_valid_runs(PAGE, contract="official")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="^fail_on is 'err', expected one of 'error', 'warning', 'info'$"):
        assert_valid_runs(PAGE, fail_on="err")


def test_assertions_without_pytest() -> None:
    with watch_assertions(None):
        assert PAGE == valid_runs
        assert headline(FAULTY).endswith(" [first-id-mismatch] and 1 more error")


def test_valid_response_equals_valid_runs() -> None:
    assert PAGE == valid_runs
    assert valid_runs == PAGE
    assert not PAGE != valid_runs  # noqa: SIM202  # the operator is what is tested
    assert FAULTY != valid_runs
    assert valid_runs != FAULTY
    assert not FAULTY == valid_runs  # noqa: SIM201  # the operator is what is tested


def test_valid_runs_inside_a_larger_value() -> None:
    assert {"status": 200, "page": PAGE} == {"status": 200, "page": valid_runs(expect="page")}


def test_valid_runs_is_shown_with_its_options() -> None:
    assert repr(valid_runs) == "valid_runs"
    assert repr(valid_runs(contract="published")(limit=20)) == "valid_runs(contract='published', limit=20)"


def test_valid_runs_has_no_hash() -> None:
    with pytest.raises(TypeError, match="unhashable"):
        hash(valid_runs)


def test_what_may_hide_runs_is_a_warning_at_the_call(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("object: list\ndata:\n- {id: run_1, object: thread.run}\n")
    (tmp_path / "b.json").write_text('{"name": "x"}')
    (tmp_path / "c.sse").write_text(f"event: thread.run.completed\ndata: {json.dumps(RUN)}\n\ndata: [DONE]\n\n")
    (tmp_path / "d.har.zip").touch()
    for check in (validate, Validator().is_valid, assert_valid_runs, valid_runs.__eq__):
        with pytest.warns() as warned:
            check(tmp_path)
        assert [(each.category, str(each.message)) for each in warned] == [
            (UncheckedRunsWarning, f"{tmp_path}/{text}")
            for text in (
                "a.yaml: skipped: it seems to hold runs, but is not a VCR cassette",
                "d.har.zip: skipped: only gzip and zstd are unpacked",
            )
        ]
        assert {getline(each.filename, each.lineno).strip() for each in warned} == {"check(tmp_path)"}
