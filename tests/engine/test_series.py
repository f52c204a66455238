"""Documents that belong together: pages of one listing, snapshots of a run, the events of a stream, recorded calls."""

import copy
import gc
import json
import random
import tracemalloc
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from tests.support.commands import run as command
from tests.support.mutations import mutations, several
from tests.support.pages import NOW, RUN, findings, page, run, summarize
from tests.support.paths import SAMPLES
from tests.support.recordings import call, write_har
from tests.support.rules import replace_checks
from validator import validate
from validator.batch.session import check_documents
from validator.contract.loader import load_contract, to_camel_case
from validator.core.options import CheckOptions
from validator.core.results import CleanRecords
from validator.engine.checker import Checker
from validator.engine.series import Series
from validator.rules.registry import RULES
from validator.rules.selection import effective_severities
from validator.rules.support.snapshots import CONFIGURATION, REMEMBERED
from validator.sources.document import Document
from validator.sources.files import read_paths

ReportItem = tuple[str, str, str]
SERIES = ["listing", "history"]
URL = "https://api.example.com/v1/threads/thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa/runs"


def runs(letters: str, **changes: Any) -> list[dict[str, Any]]:
    """A run for each letter, of which the first in the alphabet is the newest."""
    moments = [(letter, 1729418400 - 100 * (ord(letter) - ord("a"))) for letter in letters]
    return [
        run(id=f"run_{letter}", created_at=at, started_at=at, completed_at=at + 5, **changes) for letter, at in moments
    ]


def listed(letters: str, more: bool = True, **changes: Any) -> dict[str, Any]:
    """A page of such runs."""
    if letters:
        return page(*runs(letters), has_more=more, **changes)
    return page(data=[], first_id=None, last_id=None, has_more=more) | changes


def of_listing(*pages: Any, **options: Any) -> list[ReportItem]:
    """Return the findings of the pages of one listing."""
    return summarize(list(pages), listing=True, **{"select": SERIES, **options})


def of_history(*snapshots: Any, **options: Any) -> list[ReportItem]:
    """Return the findings of snapshots of runs."""
    return summarize(list(snapshots), history=True, **{"select": SERIES, **options})


def active(status: str = "in_progress", **changes: Any) -> dict[str, Any]:
    """The run while it is at work."""
    return run(**{"status": status, "completed_at": None, "usage": None, "expires_at": 1729419000, **changes})


# Listings


def test_valid_listings() -> None:
    assert of_listing(listed("ab"), listed("c"), listed("de", more=False)) == []
    assert of_listing(listed("ed"), listed("c"), listed("ba", more=False)) == []
    assert of_listing(listed("", more=False)) == []
    assert of_listing(listed("ab", more=False), listed("", more=False)) == []


def test_page_of_another_thread() -> None:
    others = {"thread_id": "thread_Pz6wLe1CgVx8Nb4MtRk9YsJd"}
    difference = 'is "thread_Pz6wLe1CgVx8Nb4MtRk9YsJd", but "thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa" in /0'
    message = f"{difference}; a listing has the runs of one thread"
    pages = listed("bc"), page(*runs("d", **others), has_more=True), listed("e"), page(*runs("fg", **others))
    assert of_listing(*pages) == [("mixed-thread-pages", f"/{number}/data/0/thread_id", message) for number in (1, 3)]
    assert summarize([*pages]) == []  # an array of pages that nobody called a listing


def test_page_of_another_thread_is_not_a_broken_chain() -> None:
    pages = listed("bc"), page(*runs("a", thread_id="thread_z"))
    assert [finding[:2] for finding in of_listing(*pages)] == [("mixed-thread-pages", "/1/data/0/thread_id")]
    milder = {"mixed-thread-pages": "warning"}
    assert [finding[:2] for finding in of_listing(*pages, severity=milder)] == [
        ("broken-chain", "/1/data/0/created_at"),
        ("mixed-thread-pages", "/1/data/0/thread_id"),
    ]
    assert [finding[:2] for finding in of_listing(*pages, ignore=[*milder])] == [
        ("broken-chain", "/1/data/0/created_at")
    ]


def test_first_thread_is_that_of_the_listing() -> None:
    silent = page(run(id="run_a", thread_id=""), run(id="run_b", thread_id=7, created_at=1729418300), has_more=True)
    pages = silent, listed("", more=True), listed("c"), page(*runs("d", thread_id="thread_z"))
    options = {"select": ["mixed-thread-pages"]}
    assert [finding[:2] for finding in of_listing(*pages, **options)] == [("mixed-thread-pages", "/3/data/0/thread_id")]


def test_files_are_no_listing_by_default(tmp_path: Path) -> None:
    for name, thread in (("a", "thread_y"), ("b", "thread_z")):
        (tmp_path / f"{name}.json").write_text(json.dumps(page(*runs(name, thread_id=thread))))
    assert summarize(tmp_path) == []
    assert [finding[:2] for finding in summarize(tmp_path, listing=True, ignore=["broken-chain"])] == [
        ("mixed-thread-pages", "/data/0/thread_id")
    ]


def test_pages_of_an_array_are_no_listing_by_default() -> None:
    assert summarize([listed("ab"), listed("ab")]) == []


def test_run_on_two_pages_is_one_finding_a_page() -> None:
    assert of_listing(listed("abc"), listed("bcd"), listed("d", more=False)) == [
        (
            "overlapping-pages",
            "/1/data/0/id",
            'is "run_b", which is already in /0, like 1 more of this page; a listing has each run once',
        ),
        ("overlapping-pages", "/2/data/0/id", 'is "run_d", which is already in /1; a listing has each run once'),
    ]


def test_run_listed_twice_on_one_page() -> None:
    twice = page(*runs("aa"), has_more=False)
    assert [finding[0] for finding in of_listing(twice, select=["listing", "page"])] == ["duplicate-run-id"]


def test_run_listed_twice_without_pages(tmp_path: Path) -> None:
    message = 'is "run_b", which is already in {}; a listing has each run once'
    twice = runs("abcb")
    assert of_listing(*twice) == [("overlapping-pages", "/3/id", message.format("/1"))]
    assert summarize({"runs": twice}, listing=True) == [("overlapping-pages", "/runs/3/id", message.format("/runs/1"))]
    lines = tmp_path / "runs.jsonl"
    lines.write_text("\n".join(map(json.dumps, twice)))
    assert summarize(lines, listing=True) == [("overlapping-pages", "/id", message.format("record 2"))]
    assert summarize(twice) == summarize(lines) == of_history(*twice) == []  # may be snapshots of the same run


def test_listed_runs_without_pages_have_one_order() -> None:
    message = "is {}, {} than the run before it in {} ({}), but in this listing the {} run comes first"
    back = message.format("1729418200 (2024-10-20 09:56:40 UTC)", "1 min 40 s later", "/1", 1729418100, "newest")
    assert of_listing(*runs("bdcea")) == [("broken-chain", "/2/created_at", back)]  # the first that turns back, only
    back = message.format("1729418300 (2024-10-20 09:58:20 UTC)", "1 min 40 s earlier", "/0", 1729418400, "oldest")
    assert of_listing(*runs("abc"), order="asc") == [("broken-chain", "/1/created_at", back)]
    assert of_listing(*runs("cba"), order="asc") == of_listing(*runs("abc")) == of_listing(*runs("cba")) == []
    assert of_listing(*runs("a"), run(id="", created_at=1), run(id="run_b", created_at=0), *runs("c")) == []


def test_listed_runs_without_pages_have_one_thread() -> None:
    other = "thread_Pz6wLe1CgVx8Nb4MtRk9YsJd"
    message = f'is "{other}", but "{RUN["thread_id"]}" in /1; a listing has the runs of one thread'
    strangers = runs("ce", thread_id=other)
    mixed = run(id="run_a", thread_id=7), *runs("b"), strangers[0], *runs("d"), strangers[1]
    assert of_listing(*mixed) == [("mixed-thread-pages", "/2/thread_id", message)]


def test_pages_and_runs_without_pages_are_one_listing(tmp_path: Path) -> None:
    lines = tmp_path / "mixed.jsonl"
    lines.write_text("\n".join(map(json.dumps, (listed("ab", more=False), *runs("ca"), listed("de", more=False)))))
    message = 'is "run_a", which is already in record 1; a listing has each run once'
    assert summarize(lines, listing=True, select=["listing"]) == [("overlapping-pages", "/id", message)]


def test_events_of_a_stream_are_no_listing(tmp_path: Path) -> None:
    stream = tmp_path / "stream.sse"
    events = (
        f"event: thread.run.{status}\ndata: {json.dumps(active(status))}\n\n" for status in ("queued", "in_progress")
    )
    stream.write_text("".join(events))
    assert summarize(stream, listing=True, select=["listing"]) == []


def test_repeated_page_is_one_finding() -> None:
    assert [finding[:2] for finding in of_listing(listed("ab", more=False), listed("ab", more=False))] == [
        ("overlapping-pages", "/1/data/0/id")
    ]


@pytest.mark.parametrize(("second", "runs"), [("bc", "2 runs"), ("b", "1 run")])
def test_page_after_the_last_one(second: str, runs: str) -> None:
    assert of_listing(listed("a", more=False), listed(second, more=False)) == [
        (
            "broken-chain",
            "/1/data",
            f"has {runs}, but has_more is false in /0; expected true if another page follows",
        )
    ]


def test_page_without_order_may_turn_back_at_its_seam() -> None:
    turned = page(*runs("b"), *runs("e"), *runs("d"))
    assert of_listing(listed("ac"), turned) == [_turned(0, 1729418300, "later", 1729418200, " in /0")]
    assert of_listing(listed("ab"), page(*runs("c"), *runs("e"), *runs("d"))) == []


def test_listing_ends_with_has_more() -> None:
    assert of_listing(listed("a"), listed("b")) == [
        ("broken-chain", "/1/has_more", "is true, but no page follows; expected false on the last page of a listing")
    ]
    assert [finding[0] for finding in of_listing(listed(""), select=["listing", "page"])] == ["empty-page-has-more"]


def test_empty_page_after_has_more() -> None:
    assert of_listing(listed("a"), listed("", more=False)) == [
        ("false-has-more", "/1/data", "is empty, but has_more is true in /0; expected false if nothing follows")
    ]


def _turned(index: int, time: int, word: str, other: int, where: str, first: str = "newest") -> ReportItem:
    date, difference = {
        1729418100: ("09:55:00", "1 min 40 s"),
        1729418200: ("09:56:40", "1 min 40 s"),
        1729418300: ("09:58:20", "1 min 40 s"),
    }[time]
    message = (
        f"is {time} (2024-10-20 {date} UTC), {difference} {word} than the run before it{where} ({other}), "
        f"but in this listing the {first} run comes first"
    )
    return ("broken-chain", f"/1/data/{index}/created_at", message)


def test_times_turn_back_at_a_seam() -> None:
    assert of_listing(listed("ac"), listed("bd", more=False)) == [_turned(0, 1729418300, "later", 1729418200, " in /0")]
    assert of_listing(listed("db"), listed("ca", more=False)) == [
        _turned(0, 1729418200, "earlier", 1729418300, " in /0", "oldest")
    ]


def test_page_in_the_other_order() -> None:
    assert of_listing(listed("ab"), listed("dc", more=False)) == [_turned(1, 1729418200, "later", 1729418100, "")]


def test_order_is_that_of_earlier_pages() -> None:
    assert [finding[:2] for finding in of_listing(listed("a"), listed("c"), listed("b", more=False))] == [
        ("broken-chain", "/2/data/0/created_at")
    ]
    assert [finding[:2] for finding in of_listing(listed("c"), listed("ab"), listed("d", more=False))] == [
        ("broken-chain", "/1/data/0/created_at")
    ]


def test_unordered_page_is_not_a_broken_chain() -> None:
    pages = listed("ab"), listed("dce"), listed("f", more=False)
    assert [finding[:2] for finding in of_listing(*pages, select=["listing", "page"])] == [
        ("unordered-runs", "/1/data/2/created_at")
    ]


def test_requested_order_counts_from_the_first_page() -> None:
    pages = listed("b"), listed("a", more=False)
    assert of_listing(*pages, order="asc") == []
    assert [finding[:2] for finding in of_listing(*pages, order="desc")] == [("broken-chain", "/1/data/0/created_at")]
    turned = listed("ab"), listed("dc", more=False)
    assert [finding[:2] for finding in of_listing(*turned, order="desc", select=["listing", "page"])] == [
        ("unordered-runs", "/1/data/1/created_at")
    ]


def test_other_document_interrupts_a_listing() -> None:
    pages = listed("c", more=False), {"object": "list", "data": 7}, listed("b"), None, listed("ab", more=False)
    assert [finding[:2] for finding in of_listing(*pages)] == [
        ("not-a-run-list", "/1"),
        ("not-a-run-list", "/3"),
        ("overlapping-pages", "/4/data/1/id"),
    ]


def test_invalid_fields_are_not_compared() -> None:
    bad = copy.deepcopy(listed("bc", more=False))
    bad["data"][0]["id"], bad["data"][1]["created_at"], bad["has_more"] = 7, "later", "no"
    assert of_listing(listed("ab"), bad, listed("d", more=False)) == []
    assert [finding[:2] for finding in of_listing(listed("abc"), bad, listed("d", more=False))] == [
        ("overlapping-pages", "/1/data/1/id")
    ]
    empty = listed("b", more=False)
    empty["data"][0]["id"] = ""
    assert of_listing(empty | {"has_more": True}, empty) == []


def test_sdk_pages_are_a_listing() -> None:
    pages = [_camel(listed("ac")), _camel(listed("bd", more=False))]
    assert [finding[:2] for finding in of_listing(*pages)] == [("broken-chain", "/1/data/0/createdAt")]
    pages = [_camel(listed("a")), _camel(listed("b"))]
    assert of_listing(*pages) == [
        ("broken-chain", "/1/hasMore", "is true, but no page follows; expected false on the last page of a listing")
    ]


def _camel(value: Any) -> Any:
    if isinstance(value, list):
        return [_camel(item) for item in value]
    return {to_camel_case(key): _camel(child) for key, child in value.items()} if isinstance(value, dict) else value


def _files(folder: Path, *documents: Any) -> list[str]:
    for number, document in enumerate(documents, 1):
        (folder / f"{number}.json").write_text(json.dumps(document))
    return [str(folder / f"{number}.json") for number in range(1, len(documents) + 1)]


@pytest.mark.usefixtures("small_tasks")
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_command_checks_files_as_a_listing(tmp_path: Path, jobs: str) -> None:
    _files(tmp_path, listed("ab"), listed("bc"))
    words = ("-f", "concise", "--select", "listing", "--jobs", jobs)
    assert command("1.json", "2.json", *words, cwd=tmp_path).out == "ok: 4 runs in 2 documents\n"
    assert command("--listing", "1.json", "2.json", *words, cwd=tmp_path).out == (
        "2.json:1:36: error overlapping-pages /data/0/id: "
        'is "run_b", which is already in 1.json; a listing has each run once\n'
        "2.json:1:2005: error broken-chain /has_more: "
        "is true, but no page follows; expected false on the last page of a listing\n"
        "2 errors in 1 of 2 documents (4 runs)\n"
    )


OTHER = {"id": "thread_1", "object": "thread"}


def test_last_page_may_be_followed_by_something_else(tmp_path: Path) -> None:
    last = ("broken-chain", "/has_more", "is true, but no page follows; expected false on the last page of a listing")
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "1.json").write_text(json.dumps(listed("ab")))
    (folder / "package.json").write_text('{"name": "x", "version": "1.0.0"}')
    stream = f"event: thread.run.completed\ndata: {json.dumps(run())}\n\nevent: done\ndata:\n\n"
    (folder / "stream.sse").write_text(stream)
    assert summarize(folder, listing=True, select=["listing"]) == [last]
    lines = tmp_path / "pages.jsonl"
    for after, expected in (
        ([OTHER, OTHER], [last]),
        ([{"runs": []}], [last]),
        (runs("c"), []),
        ([listed("c", more=False), OTHER], []),
        ([listed("c"), OTHER], [last]),
    ):
        lines.write_text("\n".join(map(json.dumps, (listed("ab"), *after))))
        assert summarize(lines, listing=True, select=["listing"]) == expected, after


def test_unreadable_file_may_be_the_last_page(tmp_path: Path) -> None:
    (first,) = _files(tmp_path, listed("a"))
    ran = command("--listing", first, str(tmp_path / "gone.json"), "--select", "listing")
    assert (ran.code, ran.out) == (2, "ok: 1 run in 1 document\n")
    (tmp_path / "2.json").write_text("{")
    assert [(one.file, one.rule) for one in validate(tmp_path, listing=True, now=NOW).findings] == [
        (str(tmp_path / "2.json"), "not-json")
    ]


def test_lines_are_pages_or_snapshots(tmp_path: Path) -> None:
    archive = tmp_path / "a.jsonl"
    archive.write_text("".join(json.dumps(one) + "\n" for one in (listed("ab"), listed("bc", more=False))))
    (found,) = validate(archive, listing=True, now=NOW).findings
    assert (found.record, found.line, found.rule) == (2, 2, "overlapping-pages")
    assert found.message == 'is "run_b", which is already in record 1; a listing has each run once'
    assert validate(archive, now=NOW).ok
    archive.write_text("".join(json.dumps(one) + "\n" for one in (run(), active())))
    (found,) = validate(archive, history=True, now=NOW).findings
    assert (found.record, found.line, found.rule, found.run_id) == (2, 2, "illegal-transition", RUN["id"])


def test_accepted_lines_are_followed(tmp_path: Path) -> None:
    archive = tmp_path / "a.jsonl"
    archive.write_text(json.dumps(run()) + "\n" + json.dumps(run(thread_id="thread_Other")) + "\n")
    assert command("--history", str(archive)).code == 1
    assert command(str(archive)).code == 0


# Histories

LATER = [
    ("queued", "in_progress"),
    ("queued", "completed"),
    ("queued", "requires_action"),
    ("in_progress", "queued"),
    ("requires_action", "queued"),
    ("requires_action", "cancelling"),
    ("in_progress", "cancelled"),
    ("cancelling", "cancelled"),
    ("cancelling", "completed"),
    ("completed", "completed"),
    ("completed", "expired"),
]
NEVER = [
    ("completed", "queued"),
    ("completed", "failed"),
    ("expired", "completed"),
    ("incomplete", "expired"),
    ("cancelled", "cancelling"),
    ("failed", "in_progress"),
    ("cancelling", "in_progress"),
    ("cancelling", "requires_action"),
    ("cancelling", "queued"),
]


@pytest.mark.parametrize(("before", "after"), LATER)
def test_legal_transitions(before: str, after: str) -> None:
    assert of_history(run(status=before), run(status=after)) == []


@pytest.mark.parametrize(("before", "after"), NEVER)
def test_illegal_transition_hides_other_changes(before: str, after: str) -> None:
    reason = "a run in that status only ends" if before == "cancelling" else "a run that has ended keeps its status"
    assert of_history(run(status=before), run(status=after, started_at=None, completed_at=None, usage=None)) == [
        ("illegal-transition", "/1/status", f'is "{after}", but was "{before}" in /0: {reason}')
    ]


def test_persisting_change_is_reported_once() -> None:
    assert [finding[:2] for finding in of_history(run(), active(), active(), run(), active())] == [
        ("illegal-transition", "/1/status"),
        ("illegal-transition", "/4/status"),
    ]


KEPT = "the end time of a run does not change"
STARTED = "a run that has started can only start again later"


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ({"started_at": None}, {"started_at": 5}, None),
        ({"started_at": 5}, {"started_at": 6}, None),
        ({"started_at": 6}, {"started_at": 5}, f"is 5, but was 6 in /0; {STARTED}"),
        ({"started_at": 6}, {"started_at": None}, f"is null, but was 6 in /0; {STARTED}"),
        ({"expires_at": 6}, {"expires_at": None}, None),
        ({"expires_at": 6}, {"expires_at": 7}, None),
        ({"expires_at": None}, {"expires_at": 7}, None),
        ({"expires_at": 6}, {"expires_at": 5}, "is 5, but was 6 in /0; a run can be given more time, but not less"),
        ({"completed_at": 5}, {"completed_at": 6}, f"is 6, but was 5 in /0; {KEPT}"),
        ({"failed_at": 5}, {"failed_at": None}, f"is null, but was 5 in /0; {KEPT}"),
        ({"cancelled_at": 5}, {"cancelled_at": 4}, f"is 4, but was 5 in /0; {KEPT}"),
        ({"cancelled_at": 5}, {"cancelled_at": 5}, None),
        ({"started_at": 5}, {"started_at": "late"}, None),
        ({"started_at": 5}, {"started_at": 0}, None),
    ],
)
def test_times_move_forward(before: dict[str, Any], after: dict[str, Any], message: str | None) -> None:
    (field,) = before
    expected = [] if message is None else [("time-moved-back", f"/1/{field}", message)]
    assert of_history(run(**before), run(**after), select=[*SERIES, "zero-timestamp"], ignore=["zero-timestamp"]) == (
        expected if after[field] != 0 else [("time-moved-back", "/1/started_at", f"is 0, but was 5 in /0; {STARTED}")]
    )


def test_zero_is_compared_as_null() -> None:
    assert [finding[0] for finding in summarize([run(), run(started_at=0)], history=True)] == ["time-moved-back"]
    assert [finding[0] for finding in summarize([run(started_at=0), run()], history=True)] == ["zero-timestamp"]
    due = active(), active(expires_at=0)
    assert [(finding[0], finding[1]) for finding in summarize([*due], history=True)] == [
        ("zero-timestamp", "/1/expires_at")
    ]


def test_zero_has_no_place_in_the_order() -> None:
    unknown = [run(id=f"run_{letter}", created_at=0) for letter in "xyz"]
    pages = page(*runs("a"), unknown[0], has_more=True), page(unknown[1], *runs("bc"), unknown[2])
    assert {finding[0] for finding in summarize([*pages], listing=True)} == {"zero-timestamp"}


def test_sdk_times_are_compared_as_instants() -> None:
    moments = [{"startedAt": f"2024-10-20T10:00:0{second}.000Z"} for second in (2, 1)]
    snapshots = [{**_camel(run()), "createdAt": "2024-10-20T10:00:00.000Z", **moment} for moment in moments]
    assert of_history(*snapshots) == [
        (
            "time-moved-back",
            "/1/startedAt",
            f'is "2024-10-20T10:00:01.000Z", but was "2024-10-20T10:00:02.000Z" in /0; {STARTED}',
        )
    ]


def usage(prompt: int, completion: int) -> dict[str, Any]:
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        (None, usage(5, 5), None),
        (usage(5, 5), usage(5, 6), None),
        (usage(5, 5), usage(4, 9), ("/1/usage/prompt_tokens", "is 4, but was 5 in /0; ")),
        (usage(5, 5), usage(5, 4), ("/1/usage/completion_tokens", "is 4, but was 5 in /0; ")),
        (usage(5, 5), usage(5, 5) | {"total_tokens": 9}, None),
        (usage(5, 5) | {"total_tokens": 11}, usage(5, 5), None),
        (usage(5, 5) | {"total_tokens": 11}, usage(5, 4), ("/1/usage/completion_tokens", "is 4, but was 5 in /0; ")),
        (usage(5, 5), None, ("/1/usage", "is null, but was there in /0; ")),
        (usage(5, 5), usage(0, 10), ("/1/usage/prompt_tokens", "is 0, but was 5 in /0; ")),
        (usage(5, 5), usage(5, -1), None),
        (usage(5, 5), usage(5, 5) | {"prompt_tokens": -1}, None),
        (usage(5, 5), 7, None),
    ],
)
def test_usage_never_shrinks(before: Any, after: Any, message: tuple[str, str] | None) -> None:
    expected = (
        [] if message is None else [("usage-shrank", message[0], f"{message[1]}the usage of a run never decreases")]
    )
    assert of_history(run(usage=before), run(usage=after)) == expected


def test_steps_usage_mismatch() -> None:
    steps = [{"usage": usage(5, 5)}, {"usage": usage(0, 7)}]
    assert summarize(run(usage=usage(5, 12), steps=steps)) == []
    for own, name in (
        (usage(6, 11), "prompt_tokens"),
        (usage(6, 12), "prompt_tokens"),
        (usage(5, 6), "completion_tokens"),
    ):
        total = {"prompt_tokens": 5, "completion_tokens": 12}[name]
        assert summarize(run(usage=own, steps=steps)) == [
            ("steps-usage-mismatch", f"/usage/{name}", f"is {own[name]}, but the steps of the run add up to {total}")
        ]
    wrong = [{"usage": usage(5, 12) | {"total_tokens": 18}}]
    assert summarize(run(usage=usage(5, 12), steps=wrong)) == [
        ("steps-usage-mismatch", "/usage/total_tokens", "is 17, but the steps of the run add up to 18")
    ]
    assert summarize(run(usage=usage(5, 0), steps=[{"usage": usage(5, 7)}])) == [
        ("steps-usage-mismatch", "/usage/completion_tokens", "is 0, but the steps of the run add up to 7")
    ]


@pytest.mark.parametrize(
    ("own", "rule"),
    [
        (usage(5, 12) | {"total_tokens": 18}, "token-total-mismatch"),
        (usage(5, 12) | {"prompt_tokens": 4}, "token-total-mismatch"),
        (usage(5, -1), "negative-tokens"),
        (usage(-1, 12), "negative-tokens"),
    ],
)
def test_wrong_totals_are_not_compared_with_steps(own: dict[str, int], rule: str) -> None:
    assert [name for name, *_ in summarize(run(usage=own, steps=[{"usage": usage(5, 12)}]))] == [rule]


@pytest.mark.parametrize("steps", [7, "ab", {}, []])
def test_invalid_steps_are_ignored(steps: Any) -> None:
    assert summarize(run(steps=steps)) == []


@pytest.mark.parametrize(
    "step",
    [
        7,
        None,
        {},
        {"usage": None},
        {"usage": 7},
        {"usage": {"total_tokens": 7}},
        {"usage": usage(1, 1) | {"total_tokens": 2.5}},
    ],
)
def test_steps_without_usage_are_ignored(step: Any) -> None:
    assert summarize(run(steps=[{"usage": usage(5, 5)}, step])) == []


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        ("created_at", 1729418401, "is 1729418401, but was 1729418400"),
        ("thread_id", "thread_Other", 'is "thread_Other", but was "thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa"'),
        ("assistant_id", "asst_Other", 'is "asst_Other", but was "asst_Vt6kPq1ZsYw9Lr4MnBx8GjCe"'),
    ],
)
def test_changed_identity_hides_other_changes(field: str, value: Any, shown: str) -> None:
    other = active("queued", model="gpt-4", **{field: value})
    found = findings([run(), other], history=True, select=SERIES)
    assert [(one.rule, one.severity, one.pointer, one.message) for one in found] == [
        ("changed-immutable-field", "error", f"/1/{field}", f"{shown} in /0; two runs share one id")
    ]


LONG = "Answer in no more than a hundred words, whatever it is that you were asked about."


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ({"model": "gpt-4o"}, {"model": "gpt-4"}, 'is "gpt-4", but was "gpt-4o" in /0'),
        ({"temperature": 1}, {"temperature": 1.0}, None),
        ({"temperature": 1}, {"temperature": 0.5}, "is 0.5, but was 1 in /0"),
        ({"instructions": "Be kind."}, {"instructions": None}, "is null, but was a string of 8 characters in /0"),
        (
            {"instructions": "Zebra"},
            {"instructions": "tapir"},
            "is a string of 5 characters, but was a string of 5 characters in /0",
        ),
        ({"instructions": LONG}, {"instructions": LONG + "!"}, "differs from its value in /0"),
        ({"instructions": LONG}, {"instructions": "Be kind."}, "differs from its value in /0"),
        ({"tools": []}, {"tools": [{"type": "code_interpreter"}]}, "differs from its value in /0"),
        ({"truncation_strategy": {"type": "auto", "a": 1}}, {"truncation_strategy": {"a": 1, "type": "auto"}}, None),
        ({"tools": [{"type": "x", "a": [1, 0.5]}]}, {"tools": [{"type": "x", "a": [1.0, 0.5]}]}, None),
        ({"tools": [{"type": "x", "a": 1}]}, {"tools": [{"type": "x", "a": 1.5}]}, "differs from its value in /0"),
        ({"tools": []}, {"tools": 7}, None),
        ({"tool_resources": {}}, {"tool_resources": {"a": 1}}, None),
        ({"metadata": {}}, {"metadata": {"a": "b"}}, None),
    ],
)
def test_changed_configuration(before: dict[str, Any], after: dict[str, Any], message: str | None) -> None:
    (field,) = before
    found = findings([run(**before), run(**after)], history=True, select=SERIES)
    assert [(one.rule, one.severity, one.pointer, one.message) for one in found] == (
        []
        if message is None
        else [
            (
                "changed-immutable-field",
                "warning",
                f"/1/{field}",
                f"{message}; only the metadata of a run can be modified",
            )
        ]
    )


def ended(status: str, **changes: Any) -> dict[str, Any]:
    """The run as it ended otherwise than completed."""
    return run(status=status, completed_at=None, failed_at=1729418410 if status == "failed" else None, **changes)


def error(code: str) -> dict[str, Any]:
    return {"code": code, "message": "Not now."}


def failed(code: str | None) -> dict[str, Any]:
    return ended("failed", last_error=code and error(code))


def incomplete(reason: str) -> dict[str, Any]:
    return ended("incomplete", incomplete_details={"reason": reason})


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        (
            failed("server_error"),
            failed("rate_limit_exceeded"),
            '/1/last_error/code: is "rate_limit_exceeded", but was "server_error"',
        ),
        (
            incomplete("max_prompt_tokens"),
            incomplete("max_completion_tokens"),
            '/1/incomplete_details/reason: is "max_completion_tokens", but was "max_prompt_tokens"',
        ),
        (failed("server_error"), failed("server_error"), None),
        (failed("server_error"), failed(None), None),
        (active(last_error=error("rate_limit_exceeded")), failed("server_error"), None),
        (active(last_error=error("rate_limit_exceeded")), active(last_error=error("server_error")), None),
    ],
)
def test_why_a_run_ended_does_not_change(before: dict[str, Any], after: dict[str, Any], found: str | None) -> None:
    reported = findings([before, after], history=True, select=SERIES)
    lines = [f"{one.severity} {one.rule} {one.pointer}: {one.message}" for one in reported]
    expected = f"warning changed-immutable-field {found} in /0; why a run ended does not change"
    assert lines == ([] if found is None else [expected])


def test_limited_severity_follows_a_remap_down_only() -> None:
    snapshots = [run(), run(model="gpt-4", thread_id=7)]
    for level in ("info", "warning", "error"):
        found = findings(snapshots, history=True, select=SERIES, severity={"changed-immutable-field": level})
        assert [str(one.severity) for one in found] == [level if level == "info" else "warning"]


def test_absent_fields_are_not_compared() -> None:
    old = {name: value for name, value in run(file_ids=[]).items() if name not in ("usage", "tool_choice")}
    assert of_history(run(file_ids=[]), old, run(file_ids=[], usage=usage(1, 1), tool_choice="none")) == []


def test_history_of_pages() -> None:
    first, later = page(*runs("ab")), page(*runs("ba", thread_id="thread_Other"))
    assert [finding[:2] for finding in of_history(first, later)] == [
        ("changed-immutable-field", "/1/data/0/thread_id"),
        ("changed-immutable-field", "/1/data/1/thread_id"),
    ]
    nobody = [run(id=value, thread_id=thread) for value in ("", 7, None) for thread in ("thread_a", "thread_b")]
    assert of_history(*nobody) == []
    assert of_history(page(run(), run(thread_id="thread_Other"))) == []


def test_names_of_earlier_files(tmp_path: Path) -> None:
    _files(tmp_path, run(), run())
    (tmp_path / "3.jsonl").write_text("".join(json.dumps(run(completed_at=1729418500 + i)) + "\n" for i in range(2)))
    (tmp_path / "4.json").write_text(json.dumps(run()))
    found = validate(tmp_path, history=True, now=NOW).findings
    assert [(one.message.partition(" in ")[2].partition(";")[0]) for one in found] == [
        str(tmp_path / "2.json"),
        "record 1",
        f"{tmp_path}/3.jsonl, record 2",
    ]


# Streams


def _stream(path: Path, *events: tuple[str, Any]) -> Path:
    path.write_text("".join(f"event: {name}\ndata: {json.dumps(data)}\n\n" for name, data in events))
    return path


def _summarize(path: Path, **options: Any) -> list[tuple[int | None, str, str, str]]:
    found = validate(path, now=NOW, **{"select": SERIES, **options}).findings
    return [(one.record, one.rule, one.pointer, one.message) for one in found]


DONE = ("done", "[DONE]")
WAITING = active("queued", started_at=None)


def test_valid_stream(tmp_path: Path) -> None:
    events = [
        ("thread.run.created", WAITING),
        ("thread.run.in_progress", active()),
        ("thread.run.renamed", active()),
        ("thread.run.completed", run()),
    ]
    assert _summarize(_stream(tmp_path / "a.sse", *events, DONE)) == []
    assert [finding[:2] for finding in _summarize(_stream(tmp_path / "a.sse", *events, ("error", {})))] == [
        (5, "stream-error")
    ]


def test_event_status_mismatch(tmp_path: Path) -> None:
    events = ("thread.run.created", active()), ("thread.run.completed", run(id="run_b"))
    assert _summarize(_stream(tmp_path / "a.sse", *events)) == [
        (
            1,
            "event-status-mismatch",
            "/status",
            'is "in_progress", but the event is "thread.run.created"; expected the status "queued"',
        ),
        (
            2,
            "event-status-mismatch",
            "",
            'is the last run of a stream that ends without "done"; the stream may be incomplete',
        ),
        (
            2,
            "event-status-mismatch",
            "/id",
            f'is "run_b", but was "{RUN["id"]}" in record 1; a stream has events of one run only',
        ),
    ]


@pytest.mark.parametrize("name", ["thread.run.complete", "thread.run.Completed", "thread.run.complet"])
def test_misspelt_event_is_ignored_by_clients(tmp_path: Path, name: str) -> None:
    message = (
        f'is "completed", but the event is "{name}", which clients ignore; expected the event "thread.run.completed"'
    )
    events = ("thread.run.created", WAITING), (name, run()), DONE
    assert _summarize(_stream(tmp_path / "a.sse", *events)) == [(2, "event-status-mismatch", "/status", message)]


def test_contradicted_status_is_not_compared(tmp_path: Path) -> None:
    events = (
        ("thread.run.created", WAITING),
        ("thread.run.in_progress", run()),
        ("thread.run.requires_action", active("requires_action")),
    )
    stream = _stream(tmp_path / "a.sse", *events, DONE)
    assert [finding[:3] for finding in _summarize(stream, ignore=["usage-shrank", "time-moved-back"])] == [
        (2, "event-status-mismatch", "/status")
    ]
    late = _stream(tmp_path / "a.sse", ("thread.run.completed", run()), ("thread.run.failed", active()), DONE)
    assert [finding[:3] for finding in _summarize(late, ignore=["usage-shrank", "time-moved-back"])] == [
        (2, "event-status-mismatch", "/status")
    ]


def test_stream_is_a_history(tmp_path: Path) -> None:
    events = ("thread.run.completed", run()), ("thread.run.in_progress", active())
    assert [finding[:2] for finding in _summarize(_stream(tmp_path / "a.sse", *events, DONE))] == [
        (2, "illegal-transition")
    ]


def test_second_stream_may_be_of_another_run(tmp_path: Path) -> None:
    events = ("thread.run.completed", run()), DONE, ("thread.run.completed", run(id="run_b")), DONE
    assert _summarize(_stream(tmp_path / "a.sse", *events)) == []


def test_invalid_events_are_not_compared(tmp_path: Path) -> None:
    events = (
        ("thread.run.completed", run()),
        ("thread.run.queued", run(id=7, status=7)),
        ("thread.run.queued", [run(id="run_a"), run(id="run_b")]),
        ("thread.run.queued", "zebra"),
        ("thread.run.completed", run(id="run_b")),
    )
    assert [finding[:3] for finding in _summarize(_stream(tmp_path / "a.sse", *events, DONE))] == [
        (3, "not-a-run-list", ""),
        (4, "not-a-run-list", ""),
        (5, "event-status-mismatch", "/id"),
    ]


RUN_B = run(id="run_b")
NO_RUN = "an object of 1 key that is neither a page nor a run, expected a run"
STATUS = 'is "completed", but the event is "thread.run.failed"; expected the status "failed"'
ID = f'is "run_b", but was "{RUN["id"]}" in record 1; a stream has events of one run only'


@pytest.mark.parametrize("suffix", [".sse", ".jsonl"])
@pytest.mark.parametrize(
    ("data", "message", "pointer"),
    [
        ([RUN_B], "is an array of runs, expected one run: it is the data of an event", "/0"),
        (page(RUN_B), "is a page, expected one run: it is the data of an event", "/data/0"),
        (page(data=[]), "is a page, expected one run: it is the data of an event", None),
        ({"runs": [RUN_B]}, f'is {NO_RUN}; runs are under "runs"', "/runs/0"),
    ],
)
def test_data_of_an_event_is_one_run(tmp_path: Path, data: Any, message: str, pointer: str | None, suffix: str) -> None:
    stream = _stream(tmp_path / "a.sse", ("thread.run.completed", run()), ("thread.run.failed", data), DONE)
    if suffix == ".jsonl":
        events = [{"event": "thread.run.completed", "data": run()}, {"event": "thread.run.failed", "data": data}]
        stream = tmp_path / "a.jsonl"
        stream.write_text("".join(f"{json.dumps(event)}\n" for event in events))
    inside = [] if pointer is None else [(f"{pointer}/status", STATUS), (f"{pointer}/id", ID)]
    rules = ["not-a-run-list", *["event-status-mismatch"] * len(inside)]
    expected = [(2, rule, *item) for rule, item in zip(rules, [("", message), *inside], strict=True)]
    assert sorted(_summarize(stream)) == sorted(expected)


def test_event_in_the_data_of_an_event(tmp_path: Path) -> None:
    data = {"a": {"event": "thread.run.failed", "data": {"object": "thread"}}}
    assert _summarize(_stream(tmp_path / "a.sse", ("thread.run.completed", data), DONE)) == [
        (1, "not-a-run-list", "", f'is {NO_RUN}; a run is under "a"'),
        (1, "not-a-run-list", "/a/data", "is a thread, expected a run"),
    ]


def test_data_of_an_event_without_a_name_is_one_run(tmp_path: Path) -> None:
    (tmp_path / "a.sse").write_text(f"data: {json.dumps([run()])}\n\ndata: [DONE]\n\n")
    assert [finding[1] for finding in _summarize(tmp_path / "a.sse")] == ["not-a-run-list", "event-status-mismatch"]


def test_events_without_names_are_one_finding(tmp_path: Path) -> None:
    (tmp_path / "a.sse").write_text(f"data: {json.dumps(active())}\n\ndata: {json.dumps(run())}\n\ndata: [DONE]\n\n")
    message = "comes in an event without a name, which clients ignore; expected a name such as"
    expected = (1, "event-status-mismatch", "", f'{message} "thread.run.in_progress"')
    assert _summarize(tmp_path / "a.sse") == [expected]


@pytest.mark.parametrize("suffix", [".sse", ".jsonl"])
def test_run_in_an_event_of_another_name_is_checked(tmp_path: Path, suffix: str) -> None:
    bad, part = run(usage={"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 9}), {"run": run()}
    events = (
        *(("thread.run.created", WAITING), ("message", WAITING), ("message", active()), ("", bad)),
        *(("run.completed", bad), ("thread.message.completed", bad), ("progress", part)),
    )
    stream = _stream(tmp_path / "a.sse", *events, DONE)
    if suffix == ".jsonl":
        stream = tmp_path / "a.jsonl"
        stream.write_text("".join(f"{json.dumps({'event': name, 'data': data})}\n" for name, data in events))
    other = 'comes in the event "{}", in which no client expects a run; expected a name such as "thread.run.{}"'
    unnamed = 'comes in an event without a name, which clients ignore; expected a name such as "thread.run.completed"'
    misspelt = 'is "completed", but the event is "{}", which clients ignore; expected the event "thread.run.completed"'
    found = _summarize(stream, select=["event-status-mismatch", "token-total-mismatch"])
    assert [(record, message) for record, rule, _, message in found if rule == "event-status-mismatch"] == [
        (2, other.format("message", "queued")),
        (4, unnamed),
        (5, misspelt.format("run.completed")),
        (6, misspelt.format("thread.message.completed")),
    ]
    assert [record for record, rule, _, _ in found if rule == "token-total-mismatch"] == [4, 5, 6]


def test_collected_events_are_followed_as_streams(tmp_path: Path) -> None:
    events = [
        {"event": name, "data": data}
        for name, data in (
            *(("thread.run.created", WAITING), ("thread.message.created", {"object": "thread.message"})),
            *(("thread.run.in_progress", active()), ("thread.run.completed", run())),
            *(("thread.run.created", {**WAITING, "id": "run_b"}), ("thread.run.failed", run(id="run_b"))),
            *(("thread.run.completed", run()), ("update", active())),
        )
    ]
    (tmp_path / "good.json").write_text(json.dumps(events[:5]))
    (tmp_path / "lines.jsonl").write_text("".join(f"{json.dumps([event])}\n" for event in (events[0], *events[2:5])))
    for good in (tmp_path / "good.json", tmp_path / "lines.jsonl", events[:5], events[0]):
        assert validate(good, now=NOW, select=SERIES, history=True).ok
        assert validate(good, now=NOW, select=SERIES, listing=True).ok
    other = 'comes in the event "update", in which no client expects a run; expected a name such as "{}"'
    other = other.format("thread.run.in_progress")
    (tmp_path / "bad.json").write_text(json.dumps(events, indent=1))
    for bad in (tmp_path / "bad.json", events):
        found = validate(bad, now=NOW, select=SERIES).findings
        assert [(finding.pointer, finding.message) for finding in found] == [
            ("/5/data/status", 'is "completed", but the event is "thread.run.failed"; expected the status "failed"'),
            ("/6/data/id", f'is "{RUN["id"]}", but was "run_b" in /5/data; a stream has events of one run only'),
            ("/7/data", other),
            (
                "/7/data/status",
                'is "in_progress", but was "completed" in /6/data: a run that has ended keeps its status',
            ),
        ]
    wrapped = validate({"events": events[:6]}, now=NOW, select=SERIES).findings
    assert [finding.pointer for finding in wrapped] == ["", "/events/5/data/status"]
    alone = validate(events[5], now=NOW, select=SERIES).findings
    assert [(finding.rule, finding.pointer) for finding in alone] == [("event-status-mismatch", "/data/status")]


def test_run_that_is_not_json_in_an_event_of_another_name(tmp_path: Path) -> None:
    text = json.dumps(run(instructions="x" * 1024 * 1024))
    (tmp_path / "a.sse").write_text("".join(f"event: x\ndata: {data}\n\n" for data in (text[:-1], text, "[DONE]")))
    found = _summarize(tmp_path / "a.sse", select=["not-json", "event-status-mismatch"])
    assert [finding[:2] for finding in found] == [(1, "not-json"), (2, "event-status-mismatch")]


def test_stream_is_of_the_run_and_the_thread_that_were_asked_for(tmp_path: Path) -> None:
    events = ("thread.run.in_progress", active()), ("thread.run.completed", run()), DONE
    body = "".join(
        f"event: {name}\ndata: {data if isinstance(data, str) else json.dumps(data)}\n\n" for name, data in events
    )
    content = {"mimeType": "text/event-stream", "text": body}
    for path, expected in (
        (f"{RUN['thread_id']}/runs", []),
        ("thread_Pz6wLe1CgVx8Nb4MtRk9YsJd/runs", [(1, "other-thread", "/thread_id")]),
        (f"{RUN['thread_id']}/runs/run_b/submit_tool_outputs", [(1, "other-run", "/id")]),
    ):
        request_ = {"method": "POST", "url": f"https://api.example.com/v1/threads/{path}"}
        entry = {"request": request_, "response": {"status": 200, "content": content}}
        (tmp_path / "a.har").write_text(json.dumps({"log": {"entries": [entry]}}))
        assert [finding[:3] for finding in _summarize(tmp_path / "a.har", select=["history", "request"])] == expected


def test_sdk_events(tmp_path: Path) -> None:
    events = ("thread.run.completed", _camel(run())), ("thread.run.completed", _camel(run(thread_id="thread_Other")))
    assert [finding[:3] for finding in _summarize(_stream(tmp_path / "a.sse", *events, DONE))] == [
        (2, "changed-immutable-field", "/threadId")
    ]


# Recorded calls


def _har(path: Path, *calls: tuple[str, str, Any]) -> Path:
    entries = [
        {
            "request": {"method": method, "url": URL + rest},
            "response": {
                "status": 200,
                "content": {
                    "mimeType": "application/json",
                    "text": body if isinstance(body, str) else json.dumps(body),
                },
            },
        }
        for method, rest, body in calls
    ]
    path.write_text(json.dumps({"log": {"entries": entries}}))
    return path


def _gets(folder: Path, *calls: tuple[str, Any], **options: Any) -> list[tuple[int | None, str, str, str]]:
    return _summarize(_har(folder / "a.har", *(("GET", rest, body) for rest, body in calls)), **options)


@pytest.mark.parametrize("expect", ["page", "run"])
def test_request_of_a_recording_says_whether_a_page_is_expected(tmp_path: Path, expect: str) -> None:
    calls = [("POST", "", run()), ("GET", f"/{run()['id']}", run()), ("GET", "", page(run()))]
    assert _summarize(_har(tmp_path / "a.har", *calls), expect=expect) == []
    calls = [("POST", "", page()), ("GET", "", run())]
    found = _summarize(_har(tmp_path / "a.har", *calls), expect=expect, select=["request"])
    assert [finding[:3] for finding in found] == [(1, "unexpected-object", ""), (2, "unexpected-object", "")]


def test_recorded_pages_are_a_listing_by_their_requests(tmp_path: Path) -> None:
    assert _gets(tmp_path, ("?limit=2", listed("ab")), ("?limit=1&after=run_b", listed("c"))) == []
    assert [finding[:3] for finding in _gets(tmp_path, ("", listed("ab")), ("?after=run_b", listed("bc")))] == [
        (2, "overlapping-pages", "/data/0/id")
    ]
    assert [finding[:3] for finding in _gets(tmp_path, ("", listed("ab")), ("?after=run_b", listed("")))] == [
        (2, "false-has-more", "/data")
    ]
    assert [
        finding[:3] for finding in _gets(tmp_path, ("", listed("ab", more=False)), ("?after=run_b", listed("cd")))
    ] == [(1, "premature-end", "/has_more")]


def test_recorded_page_after_a_cursor_is_of_the_same_thread(tmp_path: Path) -> None:
    seen = 'is "thread_z", but "thread_Hc2fXr7UoKd5Wm9TqSy3ZbNa" in record 1'
    found = (2, "mixed-thread-pages", "/data/0/thread_id", f"{seen}; a listing has the runs of one thread")
    for cursor, letter in (("?after=run_c", "d"), ("?before=run_b", "a")):
        stranger = page(*runs(letter, thread_id="thread_z"), has_more=True)
        assert _gets(tmp_path, ("", listed("bc")), (cursor, stranger)) == [found]


def test_recorded_page_that_is_not_a_page(tmp_path: Path) -> None:
    calls = ("", listed("ab")), ("/", page(data=7))
    assert [finding[:2] for finding in _gets(tmp_path, *calls)] == [(2, "not-a-run-list")]


def test_other_calls_between_recorded_pages(tmp_path: Path) -> None:
    calls = ("", listed("ab")), ("/run_a", runs("a")[0]), ("?after=run_b", listed("bc"))
    assert [finding[:2] for finding in _gets(tmp_path, *calls)] == [(3, "overlapping-pages")]
    assert "which is already in record 1" in _gets(tmp_path, *calls)[0][3]


@pytest.mark.parametrize(
    "calls",
    [
        [("", listed("ab")), ("", listed("ab"))],
        [("", listed("abc")), ("?after=run_a", listed("bc"))],
        [("?order=desc", listed("ab")), ("?order=asc&after=run_b", listed("a"))],
        [("?order=asc", listed("ba", more=False)), ("?order=asc&after=run_a", page(run(id="run_z"), has_more=False))],
        [("", listed("bc")), ("?before=run_b", listed("a"))],
        [("", listed("bc", more=False)), ("?before=run_b", listed("a")), ("?after=run_c", listed(""))],
        [("", listed("ab")), ("/?after=run_b", listed("cd"))],
        [("", listed("ab")), ("?after=run_x", page(*runs("cd", thread_id="thread_z")))],
    ],
)
def test_valid_recorded_pages(tmp_path: Path, calls: list[tuple[str, Any]]) -> None:
    assert _gets(tmp_path, *calls) == []


def test_recorded_page_is_beyond_its_cursor(tmp_path: Path) -> None:
    assert _gets(tmp_path, ("?after=run_b", listed("ab"))) == [
        (
            1,
            "overlapping-pages",
            "/data/1/id",
            'is "run_b", the cursor of the request; the page begins after that run',
        )
    ]
    assert [finding[:3] for finding in _gets(tmp_path, ("?after=run_c&before=run_a", listed("abc")))] == [
        (1, "overlapping-pages", "/data/0/id")
    ]
    assert [finding[:3] for finding in _gets(tmp_path, ("", listed("bcd")), ("?after=run_c", listed("a")))] == [
        (2, "broken-chain", "/data/0/created_at")
    ]
    assert _gets(tmp_path, ("", listed("bcd")), ("?before=run_b", listed("ef"))) == [
        (
            2,
            "broken-chain",
            "/data/1/created_at",
            (
                "is 1729417900 (2024-10-20 09:51:40 UTC), 6 min 40 s earlier than the run behind it in record 1 "
                "(1729418300), but in this listing the newest run comes first"
            ),
        )
    ]
    assert [finding[:3] for finding in _gets(tmp_path, ("", listed("cd")), ("?before=run_c", listed("bc")))] == [
        (2, "overlapping-pages", "/data/1/id")
    ]


def test_page_before_a_cursor_keeps_the_end(tmp_path: Path) -> None:
    calls = ("", listed("cd")), ("?before=run_c", listed("ab")), ("?after=run_d", listed("de"))
    assert [finding[:2] for finding in _gets(tmp_path, *calls)] == [(3, "overlapping-pages")]
    calls = ("", listed("cd")), ("?before=run_c", listed("b")), ("?before=run_b", listed("bd"))
    assert [finding[:2] for finding in _gets(tmp_path, *calls)] == [(3, "overlapping-pages")]


def test_url_overrides_order_and_limit_of_the_options(tmp_path: Path) -> None:
    calls = [("?limit=3&order=asc", listed("ab"))]
    assert [found[1:3] for found in _gets(tmp_path, *calls, select=["page"])] == [
        ("unordered-runs", "/data/1/created_at"),
        ("page-too-long", "/has_more"),
    ]
    assert _gets(tmp_path, *calls, select=["page"], limit=2, order="desc") == _gets(tmp_path, *calls, select=["page"])
    for rest in ("", "?after=run_x"):
        assert [
            found[1:3] for found in _gets(tmp_path, (rest, listed("ab")), select=["page"], limit=1, order="asc")
        ] == [
            ("page-too-long", "/data"),
            ("unordered-runs", "/data/1/created_at"),
        ]
    assert _gets(tmp_path, ("?limit=2&order=desc", listed("ab")), select=["page"], limit=1, order="asc") == []
    ascending = ("?order=asc&limit=1", listed("d")), ("?order=asc&limit=1&after=run_d", listed("c"))
    assert _gets(tmp_path, *ascending, select=["page", "listing"], order="desc") == []
    assert _gets(tmp_path, ("?before=run_x", listed("ab")), select=["page"], limit=3) == []
    for nonsense in ("?limit=0&order=up", "?limit=101", "?limit=x", "?limit=2", "?limit=3&before=run_x"):
        assert _gets(tmp_path, (nonsense, listed("ab")), select=["page"]) == []
    created = _har(tmp_path / "a.har", ("POST", "?limit=3", listed("ab")), ("GET", "/run_a?limit=3", listed("ab")))
    assert _summarize(created, select=["page"]) == []


def test_recording_is_a_history(tmp_path: Path) -> None:
    calls = ("POST", "", WAITING), ("GET", "/run_a", run()), ("GET", "/run_a", active())
    recording = _har(tmp_path / "a.har", *calls)
    assert [finding[:2] for finding in _summarize(recording)] == [(3, "illegal-transition")]
    _har(tmp_path / "a.har", *calls[:2])
    _har(tmp_path / "b.har", *calls[:2])
    assert _summarize(tmp_path) == []
    assert [finding[:2] for finding in _summarize(tmp_path, history=True)] == [(1, "illegal-transition")]
    assert _summarize(recording, listing=True) == []


def test_second_recording_of_the_same_starts_anew(tmp_path: Path) -> None:
    calls = ("POST", "", WAITING), ("GET", f"/{run()['id']}", run())
    first, second = (str(_har(tmp_path / name, *calls)) for name in ("a.har", "b.har"))
    assert command(first, second).code == 0
    assert command("--listing", first, second).code == 0
    assert command("--history", first, second).code == 1
    assert command("--history", first, first).code == 0  # a file named twice is checked once


def test_events_of_one_call_are_named(tmp_path: Path) -> None:
    events = "".join(f"event: thread.run.{one['status']}\ndata: {json.dumps(one)}\n\n" for one in (run(), active()))
    recording = _har(tmp_path / "a.har", ("POST", "", events + "event: done\ndata: [DONE]\n\n"))
    (finding,) = _summarize(recording)
    assert (finding[1], finding[3].partition(" in ")[2]) == (
        "illegal-transition",
        "an earlier event: a run that has ended keeps its status",
    )


# What all of them owe


def test_history_rules_read_recorded_fields() -> None:
    for rule in RULES:
        if rule.subject == "history":
            assert {*rule.reads} <= {*REMEMBERED, *CONFIGURATION}


def test_ignored_series_rules(tmp_path: Path) -> None:
    assert of_history(run(), active(), ignore=["illegal-transition", "time-moved-back", "usage-shrank"]) == []
    assert of_listing(listed("a"), listed("a"), ignore=["listing"]) == []
    assert _summarize(_stream(tmp_path / "a.sse", ("thread.run.queued", run())), ignore=["event-status-mismatch"]) == []


def test_series_rule_that_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    replace_checks(monkeypatch, usage_shrank=lambda _: 1 / 0)
    found = summarize([run(), active()], history=True)
    message = "could not be checked by rule usage-shrank, which raised ZeroDivisionError; others were"
    assert ("internal-error", "/1", message) in found
    assert "illegal-transition" in {finding[0] for finding in found}


@pytest.mark.parametrize("form", ["wire", "sdk"])
def test_no_series_rule_raises_on_mutations(tmp_path: Path, form: str) -> None:
    rng = random.Random(20261201)
    sound = [listed("ab"), listed("bc"), page(active(id="run_b")), page(*runs("ab"), has_more=True)]
    pools = [(one, mutations(one, load_contract("observed", "wire"))) for one in sound]
    for _ in range(settings().max_examples // (1 if form == "wire" else 3)):
        documents = [several(one, pool, rng) for one, pool in (rng.choice(pools) for _ in range(4))]
        if form == "sdk":
            documents = [_camel(one) for one in documents]
        calls = [("GET", rng.choice(("", "?after=run_b", "?before=run_a&order=asc")), one) for one in documents]
        bodies = [one["data"][0] for one in documents if isinstance(one, dict) and isinstance(one.get("data"), list)]
        _stream(tmp_path / "a.sse", *(("thread.run.queued", one) for one in bodies))
        _har(tmp_path / "a.har", *calls)
        for source in (documents, bodies, tmp_path):
            report = validate(source, listing=True, history=True, now=NOW)
            assert "internal-error" not in {one.rule for one in report.findings}


def _documents(values: Iterable[Any]) -> Iterable[Document]:
    return (Document("a.jsonl", json.dumps(value), number) for number, value in enumerate(values, 1))


def _ready() -> Checker:
    return Checker(CheckOptions(severities=effective_severities(), now=NOW))


def test_listing_without_pages_has_no_end() -> None:
    ready = _ready()
    series = Series(ready, listing=True)
    assert series.check_end() == []
    (document,) = _documents([page(*runs("ba"), has_more=True)])
    assert list(series.check(ready.check(document))) == []
    assert [problem.rule for problem in series.check_end()] == ["broken-chain"]


def _kept_bytes(values: Iterable[Any]) -> int:
    """Return the memory that is held after these documents were followed."""
    ready = _ready()
    series = Series(ready, history=True, listing=True)
    tracemalloc.start()
    for document in _documents(values):
        list(series.check(ready.check(document)))
    gc.collect()
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return kept


def test_memory_is_bounded_by_runs_not_documents() -> None:
    def snapshots(number: int) -> Iterable[Any]:
        return (active(id=f"run_{i % 3}", instructions=f"{LONG} {i}", metadata={"i": str(i)}) for i in range(number))

    def pages(number: int) -> list[Any]:
        return [{**listed("a"), "data": [run(id=f"run_{i}")], "has_more": True} for i in range(50)] * number

    _kept_bytes([*snapshots(3), *pages(1)])
    assert _kept_bytes(snapshots(2000)) < 1.2 * _kept_bytes(snapshots(1024))
    assert _kept_bytes(pages(4)) < 1.2 * _kept_bytes(pages(2))


def test_recording_holds_no_parsed_pages(tmp_path: Path) -> None:
    def answer(thread: str) -> dict[str, Any]:
        data = [run(id=f"run_{thread}{i:03}abcdef", thread_id=f"thread_{thread}abcdef") for i in range(20)]
        body = {"object": "list", "data": data, "first_id": data[0]["id"], "last_id": data[-1]["id"], "has_more": False}
        return call({}, body, path=f"/v1/threads/thread_{thread}abcdef/runs")

    file, ready = write_har(tmp_path / "a.har", [answer(f"{number:03}") for number in range(40)]), _ready()
    expected = CleanRecords(40, 800, str(file))
    assert [*check_documents(read_paths([str(file)], 10_000_000), ready)][-1] == expected
    tracemalloc.start()
    try:
        assert [*check_documents(read_paths([str(file)], 10_000_000), ready)][-1] == expected
        assert tracemalloc.get_traced_memory()[1] < 5.6 * file.stat().st_size
    finally:
        tracemalloc.stop()


def test_one_document_is_held_back_at_most() -> None:
    taken: list[int] = []

    def documents() -> Iterable[Document]:
        for number, document in enumerate(_documents([listed("a"), listed("b"), listed("c", more=False)])):
            taken.append(number)
            yield document

    ready = _ready()
    results = iter(check_documents(documents(), ready, Series(ready, listing=True), merge_clean=False))
    next(results)
    assert taken == [0, 1]
    next(results)
    assert taken == [0, 1, 2]


def test_clean_records_of_a_series_are_counted() -> None:
    ready = _ready()
    documents = _documents([listed("a"), listed("b", more=False)])
    assert list(check_documents(documents, ready, Series(ready, listing=True))) == [CleanRecords(2, 2, "a.jsonl")]


def test_recorded_samples_need_no_option() -> None:
    for name in ("illegal-transition.har", "false-has-more.yaml", "event-status-mismatch.sse"):
        assert [one.rule for one in validate(SAMPLES / "series" / name, now=NOW).findings] == [name.partition(".")[0]]
