"""Documents that belong together: pages of one listing, snapshots of one run, the calls and events of a recording."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.paths import SAMPLES
from tests.test_cli import Command, Ran, command
from tests.test_containers import har
from validator import validate
from validator.contract import camel_case
from validator.in_turn import check_all
from validator.passes import checks
from validator.selection import severities
from validator.series_pass import Series
from validator.settings import Settings
from validator.sources import Document, SourceError

__all__ = ["command"]

PAGE = json.loads((SAMPLES / "valid" / "page.json").read_text())
FIRST, SECOND = PAGE["data"]
BASE = f"https://api.example.com/v1/threads/{FIRST['thread_id']}/runs"

SEAM = "at the end of the page before, where runs become"

Said = tuple[int | None, str, str, str]


def said(source: Any, **options: Any) -> list[Said]:
    """Record, pointer, rule and message of each finding."""
    return [(one.record, one.pointer, one.rule, one.message) for one in validate(source, **options).findings]


def aged(number: int) -> dict[str, Any]:
    """A run so many minutes older than the first."""
    run = copy.deepcopy(FIRST)
    for field in ("created_at", "started_at", "completed_at"):
        run[field] -= 60 * number
    return {**run, "id": f"run_{number:024}"}


def page(*runs: dict[str, Any], has_more: bool = False) -> dict[str, Any]:
    ends = (runs[0]["id"], runs[-1]["id"]) if runs else (None, None)
    return {**PAGE, "data": list(runs), "first_id": ends[0], "last_id": ends[1], "has_more": has_more}


def queued(**changes: Any) -> dict[str, Any]:
    run = {**FIRST, "status": "queued", "started_at": None, "completed_at": None, "usage": None}
    return {**run, "expires_at": FIRST["created_at"] + 600, **changes}


# Listings


def test_a_sound_listing_has_no_finding() -> None:
    pages = [page(aged(1), aged(2), has_more=True), page(aged(3), has_more=True), page(aged(3 + 1))]
    assert said(pages, listing=True) == []


def test_without_being_told_pages_are_not_taken_for_a_listing() -> None:
    assert said([page(aged(1)), page(aged(1))]) == []


def test_every_seam_is_judged_where_it_is_wrong() -> None:
    pages = [
        page(aged(1), aged(2)),
        page(aged(2), aged(3), has_more=True),
        page(aged(1), has_more=True),
        page(has_more=False),
    ]
    ids = [run["id"] for run in (aged(1), aged(2))]
    assert said(pages, listing=True) == [
        (None, "/1/data", "broken-chain", "follows a page whose has_more is false"),
        (None, "/1/data/0/id", "overlapping-pages", f'is "{ids[1]}", which is on an earlier page of the listing too'),
        (None, "/2/data/0/id", "overlapping-pages", f'is "{ids[0]}", which is on an earlier page of the listing too'),
        (
            *(None, "/2/data/0/created_at", "broken-chain"),
            f"is {aged(1)['created_at']}, later than {aged(3)['created_at']} {SEAM} earlier",
        ),
        (None, "/3/data", "false-has-more", "is empty, but has_more of the page before is true"),
    ]


def test_an_ascending_listing_may_not_turn_either() -> None:
    pages = [page(aged(5), aged(4), has_more=True), page(aged(4), aged(3), has_more=False)]
    message = f"is {aged(6)['created_at']}, earlier than"
    assert [one.rule for one in validate(pages, listing=True).findings] == ["overlapping-pages"]
    pages = [page(aged(5), aged(4), has_more=True), page(aged(6), has_more=False)]
    ((_, pointer, rule, told),) = said(pages, listing=True)
    assert (pointer, rule) == ("/1/data/0/created_at", "broken-chain")
    assert told.startswith(message)
    assert told.endswith("where runs become later")


def test_the_end_of_a_listing_is_told_across_files(tmp_path: Path, command: Command) -> None:
    for number, one in enumerate([page(aged(1), has_more=True), page(aged(2), has_more=True)]):
        (tmp_path / f"{number}.json").write_text(json.dumps(one))
    (tmp_path / "2.har").write_text(json.dumps(har("{}", url="https://x.example/")))
    ran = command("--listing", str(tmp_path), "-f", "concise")
    assert ran.code == 1
    assert ran.out.startswith(f"{tmp_path}/1.json:1:")
    assert "broken-chain /has_more: is true, but no page of the listing follows" in ran.out
    assert len(ran.out.splitlines()) == 2
    (tmp_path / "3.json").write_text(json.dumps(page(aged(3))))
    assert command("--listing", str(tmp_path)) == Ran(0, "ok: 3 runs in 3 documents\n", "")
    gone = command("--listing", str(tmp_path / "gone.json"))
    assert (gone.code, gone.out) == (2, "nothing was checked\n")


def test_what_is_misshapen_is_not_held_against_the_next_page() -> None:
    broken = [{**page(aged(1)), "has_more": "no"}, page(aged(2))]
    assert [rule for _, _, rule, _ in said(broken, listing=True)] == ["schema:type"]
    assert said([page(aged(1)), 5, page(aged(1))], listing=True, select=["listing"]) != []
    broken = [page(aged(1)), {**page(aged(2)), "data": "x"}, page(aged(3))]
    assert [rule for _, _, rule, _ in said(broken, listing=True)] == ["schema:type"]
    odd = page({**aged(1), "created_at": "x"}, {**aged(2), "id": 7}, has_more=True)
    broken = [{**odd, "data": [*odd["data"], 5]}, page(aged(0), aged(1))]
    assert said(broken, listing=True, select=["listing"]) == []


def test_a_listing_in_camel_case_is_judged_in_its_own_names() -> None:
    def sdk(value: Any) -> Any:
        if isinstance(value, list):
            return [sdk(one) for one in value]
        return {camel_case(key): sdk(child) for key, child in value.items()} if isinstance(value, dict) else value

    found = said([sdk(page(aged(1))), sdk(page(aged(2), has_more=True))], listing=True, select=["listing"])
    assert [(pointer, rule) for _, pointer, rule, _ in found] == [
        ("/1/data", "broken-chain"),
        ("/1/hasMore", "broken-chain"),
    ]
    found = said([sdk(FIRST), sdk({**FIRST, "thread_id": "t"})], history=True, select=["history"])
    assert [(pointer, rule) for _, pointer, rule, _ in found] == [("/1/threadId", "changed-immutable-field")]


# Histories


def test_a_sound_history_has_no_finding() -> None:
    snapshots = [
        queued(),
        queued(status="in_progress", started_at=FIRST["started_at"]),
        queued(status="queued", started_at=FIRST["started_at"], metadata={"k": "v"}),
        queued(status="cancelling", started_at=FIRST["started_at"] + 1),
        {**FIRST, "started_at": FIRST["started_at"] + 1},
        SECOND,
    ]
    assert said(snapshots, history=True) == []


def test_every_change_is_told_in_the_later_snapshot() -> None:
    before = {**FIRST, "instructions": "a" * 100}
    now = {
        **queued(status="in_progress", started_at=FIRST["started_at"] - 1, instructions="b" * 100),
        "assistant_id": "asst_x",
        "tools": [{"type": "code_interpreter"}],
    }
    findings = validate([before, now], history=True, ignore=["time"]).findings
    earlier = "in an earlier snapshot"
    moved = f"is {now['started_at']}, but was {before['started_at']} {earlier}: it only moves forward"
    appeared = f"is {now['expires_at']}, but was null {earlier}: it stays or is put off until it becomes null"
    assert [f"{one.pointer} {one.rule} {one.severity} {one.message}" for one in findings] == [
        f'/1/assistant_id changed-immutable-field error is "asst_x", but was "{FIRST["assistant_id"]}" {earlier}',
        f'/1/status illegal-transition error is "in_progress", but was "completed" {earlier}, which is final',
        f"/1/started_at time-moved-back error {moved}",
        f"/1/expires_at time-moved-back error {appeared}",
        f"/1/completed_at time-moved-back error is null, but was {before['completed_at']} {earlier}: an end is final",
        f"/1/instructions changed-immutable-field warning is not what it was {earlier}",
        f"/1/tools changed-immutable-field warning is not what it was {earlier}",
        f"/1/usage usage-shrank warning is null, but was told {earlier}",
    ]


@pytest.mark.parametrize("later", [{"status": "expired"}, {"expires_at": None}])
def test_what_servers_were_seen_to_do_is_no_finding(later: dict[str, Any]) -> None:
    assert said([FIRST, {**FIRST, **later}], history=True, select=["history"]) == []
    put_off = [queued(), queued(expires_at=FIRST["created_at"] + 36_000)]
    assert said(put_off, history=True, select=["history"]) == []
    assert [rule for _, _, rule, _ in said(put_off[::-1], history=True)] == ["time-moved-back"]


def test_a_remapped_rule_keeps_its_milder_problems_mild() -> None:
    changed = [FIRST, {**FIRST, "model": "gpt-x"}]
    for level, told in (("error", "warning"), ("warning", "warning"), ("info", "info")):
        report = validate(changed, history=True, severity={"changed-immutable-field": level})
        assert [str(one.severity) for one in report.findings] == [told]
        assert report.summary.count(report.findings[0].severity) == 1


def test_other_runs_come_between_and_a_misshapen_field_hides_no_other() -> None:
    before, now = queued(status="completed", completed_at="x"), queued(status="queued")
    found = said([before, SECOND, now], history=True, select=["history"])
    assert [(pointer, rule) for _, pointer, rule, _ in found] == [("/2/status", "illegal-transition")]
    found = said(
        [FIRST, {**FIRST, "status": 5}, "x", {"object": "thread.run"}, {**FIRST, "id": ""}],
        history=True,
        select=["history"],
    )
    assert found == []


def test_the_state_is_bounded_by_ids(tmp_path: Path) -> None:
    series = Series(checks(Settings(severities=severities(), now=1.8e9)), history=True)
    long = {**FIRST, "instructions": "x" * 100_000, "metadata": {"k": "y" * 500}}
    documents = [Document("a", json.dumps({**long, "id": f"run_{number % 3}"}).encode()) for number in range(60)]
    ready = checks(Settings(severities=severities(), now=1.8e9))
    assert len([*check_all(documents, ready, series)]) == 60
    assert len(series._snapshots) == 3
    assert len(repr(series._snapshots)) < 6_000


def test_errors_go_through_a_series_as_they_are() -> None:
    ready = checks(Settings(severities=severities(), now=1.8e9))
    error = SourceError("a", "b")
    assert [*check_all([error], ready, Series(ready, listing=True))] == [error]


# Recordings


def stream(*events: tuple[str, dict[str, Any]], end: str = "event: done\ndata: [DONE]\n\n") -> str:
    return "".join(f"event: {name}\ndata: {json.dumps(run)}\n\n" for name, run in events) + end


def test_events_are_held_against_their_runs(tmp_path: Path) -> None:
    file = tmp_path / "a.sse"
    events = [("thread.run.created", queued()), ("thread.run.in_progress", queued()), ("thread.run.completed", SECOND)]
    file.write_text(stream(*events, end=""))
    first, second = FIRST["id"], SECOND["id"]
    assert [f"{record} {pointer} {message}" for record, pointer, _, message in said(file, select=["event-*"])] == [
        '2 /status is "queued", but the event "thread.run.in_progress" brings a run that is "in_progress"',
        "3  is the last run of a stream that ends without its done event",
        f'3 /id is "{second}", but the stream began with "{first}": a stream is about one run',
    ]
    file.write_text(stream(("thread.run.completed", {**FIRST, "status": 7})))
    assert [rule for _, _, rule, _ in said(file)] == ["schema:enum"]


def test_calls_of_a_recording_are_a_history_and_streams_of_it_are_apart(tmp_path: Path) -> None:
    url = f"{BASE}/{FIRST['id']}"
    file = tmp_path / "a.har"
    first, second = stream(("thread.run.queued", queued())), stream(("thread.run.completed", SECOND))
    entries = [
        har(text, url=url)["log"]["entries"][0] for text in (first, second, json.dumps(FIRST), json.dumps(queued()))
    ]
    file.write_text(json.dumps({"log": {"entries": entries}}))
    assert {(record, rule) for record, _, rule, _ in said(file)} == {
        (4, "illegal-transition"),
        (4, "time-moved-back"),
        (4, "usage-shrank"),
    }


def recorded(*calls: tuple[str, dict[str, Any]], method: str = "GET") -> str:
    return yaml.safe_dump(
        {
            "interactions": [
                {
                    "request": {"method": method, "uri": f"{BASE}{query}", "headers": {}, "body": None},
                    "response": {"status": {"code": 200}, "headers": {}, "body": {"string": json.dumps(body)}},
                }
                for query, body in calls
            ]
        }
    )


def test_requests_tell_which_pages_follow_each_other(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    one, two = page(aged(1), aged(2), has_more=True), page(aged(2), aged(3))
    after = f"?limit=2&after={aged(2)['id']}"
    file.write_text(recorded(("?limit=2", one), (after, two)))
    assert [(record, pointer, rule) for record, pointer, rule, _ in said(file)] == [
        (2, "/data/0/id", "overlapping-pages")
    ]
    file.write_text(recorded(("?limit=2", one), ("?limit=2", one), (f"?limit=3&after={aged(2)['id']}", page(aged(3)))))
    assert said(file) == []
    file.write_text(recorded((after, two)))
    assert [(record, pointer, rule) for record, pointer, rule, _ in said(file)] == [
        (1, "/data/0/id", "overlapping-pages")
    ]
    file.write_text(recorded(("?limit=2", one), (after, two), method="POST"))
    assert said(file) == []


def test_requests_tell_limit_and_order_unless_the_user_does(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    for query, options, rules in (
        ("?limit=1", {}, ["page-too-long"]),
        ("?limit=2", {}, []),
        ("?limit=1", {"limit": 2}, []),
        ("?order=asc", {}, ["unordered-runs"]),
        ("?order=asc", {"order": "desc"}, []),
        ("?order=up&limit=0", {}, []),
        ("?limit=101", {}, []),
    ):
        file.write_text(recorded((query, page(aged(1), aged(2))), (query, page(aged(1), aged(2)))))
        assert [rule for _, _, rule, _ in said(file, **options)] == rules * 2


# Exports


@pytest.mark.parametrize("steps", [None, {}, [], [None], [{"usage": {"prompt_tokens": True}}], [{"usage": None}]])
def test_steps_that_cannot_be_added_up_are_left_alone(steps: Any) -> None:
    assert said({"runs": [{**FIRST, "steps": steps}]}) == []
