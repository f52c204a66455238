"""What every rule owes: a place in the catalogue, a page whose examples hold, honesty about the fields it reads."""

import copy
import inspect
import json
import re
import sys
from functools import cache
from pathlib import Path
from typing import Any, get_args
from urllib.parse import parse_qsl

import pytest

from tests.support.paths import INVALID, SAMPLES, VALID
from tests.support.recordings import call, write_har
from tests.support.threads import list_of
from validator import validate
from validator.rules import registry as rules
from validator.rules.base import Rule, SeriesSubject
from validator.rules.objects import Page
from validator.rules.registry import BY_NAME, RULES

NOW = 1793000000.0
VALID_PAGE = json.loads((SAMPLES / "valid" / "page.json").read_text("utf-8"))
CHECKING = [rule for rule in RULES if rule.check is not None]


def _blocks(rule: Rule) -> dict[str, str]:
    """The indented texts under `Bad:` and `Good:`."""
    found = re.finditer(r"^(Bad|Good):\n\n((?:    .*\n|\n)+)", rule.documentation + "\n", re.MULTILINE)
    return {match[1]: re.sub(r"^    ", "", match[2], flags=re.MULTILINE).strip() for match in found}


def _document(rule: Rule, block: str) -> str:
    """The block of a page: the text itself, or laid over a valid page or its first run."""
    if rule.group == "document":
        return block
    page, changes = copy.deepcopy(VALID_PAGE), json.loads(block)
    if rule.group not in ("page", "listing"):
        page["data"][0].update(changes)
        page["first_id"] = page["data"][0].get("id")
        return json.dumps(page)
    runs = [{**VALID_PAGE["data"][min(i, 1)], **run} for i, run in enumerate(changes.get("data", VALID_PAGE["data"]))]
    ends = {"first_id": runs[0]["id"], "last_id": runs[-1]["id"]} if runs else {}
    return json.dumps({**page, **ends, **changes, "data": runs})


def _source(rule: Rule, block: str, folder: Path) -> object:
    """The block of a series: pages, or what changes in a run from one time to the next, or from event to event."""
    if '"GET"' in block:
        answers = [_call(**answer) for answer in json.loads(block)]
        elsewhere = call({}, list_of([]), path="/v1/threads/thread_empty/runs")
        return write_har(folder / "answers.har", [*answers, elsewhere])
    if rule.subject not in get_args(SeriesSubject):
        return _document(rule, block)
    if rule.subject == "listing":
        return f"[{', '.join(_document(rule, json.dumps(page)) for page in json.loads(block))}]"
    if rule.subject == "history":
        return json.dumps([{**VALID_PAGE["data"][0], **changes} for changes in json.loads(block)])
    stream = folder / "stream.sse"
    stream.write_text("".join(_event(**event) for event in json.loads(block)))
    return stream


def _call(GET: str, body: Any, **more: Any) -> dict[str, Any]:  # noqa: N803  # as the examples name it
    if isinstance(body, dict) and "id" in body:
        body = {**VALID_PAGE["data"][0], **body}
    elif isinstance(body, dict) and "data" in body and "firstId" not in body:
        data = [{**VALID_PAGE["data"][0], **run} for run in body["data"]]
        body = list_of(data, has_more=body.get("has_more", False))
    path, _, query = GET.partition("?")
    return call(dict(parse_qsl(query)), body, path=path, **more)


def _event(event: str, **changes: Any) -> str:
    data = "[DONE]" if event == "done" else json.dumps({**VALID_PAGE["data"][0], **changes})
    return f"event: {event}\ndata: {data}\n\n"


def _reported_rules(rule: Rule, kind: str, folder: Path) -> set[str]:
    source = _source(rule, _blocks(rule)[kind], folder)
    listing, history = rule.subject == "listing", rule.subject == "history"
    return {finding.rule for finding in validate(source, now=NOW, listing=listing, history=history).findings}


WITH_EXAMPLES = [rule for rule in RULES if _blocks(rule)]


@pytest.mark.parametrize("rule", WITH_EXAMPLES, ids=lambda rule: rule.name)
def test_bad_example_has_the_finding(rule: Rule, tmp_path: Path) -> None:
    assert rule.name in _reported_rules(rule, "Bad", tmp_path)


@pytest.mark.parametrize("rule", WITH_EXAMPLES, ids=lambda rule: rule.name)
def test_good_example_has_no_such_finding(rule: Rule, tmp_path: Path) -> None:
    reported = _reported_rules(rule, "Good", tmp_path)
    assert rule.name not in reported
    assert {"listing", "history"}.isdisjoint(BY_NAME[name].group for name in reported)


@pytest.mark.parametrize("rule", CHECKING, ids=lambda rule: rule.name)
def test_checking_rule_has_both_examples(rule: Rule) -> None:
    assert set(_blocks(rule)) == {"Bad", "Good"}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_rule_has_summary_and_source(rule: Rule) -> None:
    assert rule.summary.endswith(".")
    assert rule.documentation.partition("\n")[2].startswith("\n")
    assert rule.source.startswith("https://")


def test_registry_has_every_rule_file() -> None:
    files = {
        path
        for path in Path(rules.__file__).parent.glob("*/*.py")
        if path.name != "__init__.py" and path.parent.name != "support"
    }
    assert {path.stem.replace("_", "-") for path in files} == {_file_name(rule) for rule in RULES}
    assert len(files) == len(RULES)


def _file_name(rule: Rule) -> str:
    keyword = rule.name.removeprefix("schema:")
    return re.sub("([A-Z])", r"-\1", keyword).lower()


class Recording(dict[str, Any]):
    """A dict that records which keys are read."""

    def __init__(self, *values: Any) -> None:
        super().__init__(*values)
        self.keys_read: set[str] = set()

    def __getitem__(self, key: str) -> Any:
        self.keys_read.add(key)
        return super().__getitem__(key)

    def get(self, key: str, default: Any = None) -> Any:
        self.keys_read.add(key)
        return super().get(key, default)

    def __contains__(self, key: object) -> bool:
        self.keys_read.add(str(key))
        return super().__contains__(key)

    def _everything(self) -> None:
        raise AssertionError("a rule names the fields that it reads")

    __iter__ = items = values = keys = _everything  # type: ignore[assignment]


@cache
def _pages() -> list[Any]:
    """The samples that are pages of well shaped runs, as rules get them."""
    documents = (json.loads(path.read_bytes()) for path in (*VALID, *INVALID) if _is_for_rules(path))
    return [document for document in documents if isinstance(document, dict)]


def _is_for_rules(path: Path) -> bool:
    report = validate(path)
    errors = {finding.group for finding in report.findings if finding.severity == "error"}
    about = report.documents[0]
    return (about.kind, about.form) == ("page", "wire") and errors.isdisjoint(("document", "schema"))


def _applies(rule: Rule, fields: Any) -> bool:
    return (
        all(fields.get(name) is not None for name in rule.requires)
        and all(fields.get(name) is None for name in rule.requires_null)
        and (rule.statuses is None or fields["status"] in rule.statuses)
    )


def _options(rule: Rule) -> dict[str, Any]:
    return {name: {"now": NOW, "order": "desc", "limit": 20, "contract": "observed"}[name] for name in rule.options}


@pytest.mark.parametrize("rule", [rule for rule in CHECKING if rule.subject == "run"], ids=lambda rule: rule.name)
def test_run_rule_reads_only_declared_fields(rule: Rule) -> None:
    assert rule.check is not None
    read: set[str] = set()
    for page in _pages():
        for run in page["data"]:
            if _applies(rule, run):
                recording = Recording(run)
                list(rule.check(recording, **_options(rule)))
                read |= recording.keys_read
    assert read <= rule.fields


@pytest.mark.parametrize("rule", [rule for rule in CHECKING if rule.subject == "page"], ids=lambda rule: rule.name)
def test_page_rule_reads_only_declared_fields(rule: Rule) -> None:
    assert rule.check is not None
    read: set[str] = set()
    read_of_runs: set[str] = set()
    for page in _pages():
        if _applies(rule, page):
            envelope, runs = Recording(page), [(i, Recording(run)) for i, run in enumerate(page["data"])]
            list(rule.check(Page(envelope, runs), **_options(rule)))
            read |= envelope.keys_read
            read_of_runs |= {name for _, run in runs for name in run.keys_read}
    assert read <= rule.fields
    assert read_of_runs <= set(rule.run_reads)


@pytest.mark.parametrize("sample", [SAMPLES / "valid" / "page.json"], ids=str)
def test_page_under_the_examples_is_valid(sample: Path) -> None:
    assert validate(sample, now=NOW).findings == ()


def test_prechecks_have_accept_schemas() -> None:
    """What an accepted run may still have wrong, no rule that comes before the others has to look at."""
    assert [rule.name for rule in RULES if rule.precheck and rule.accept_schema is None and rule.subject == "run"] == []


def test_rules_that_say_what_the_server_does_declare_it() -> None:
    says = re.compile("[\"'](?:answers|does not answer|redirects) ").search
    speaking = {
        rule.name for rule in RULES if rule.check and says(inspect.getsource(sys.modules[rule.check.__module__]))
    }
    assert speaking == {rule.name for rule in RULES if rule.about_server} != set()
