"""What counts as an answer in a recording, and how its body is read: labels, methods, codings, line ends."""

import base64
import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.commands import Ran, run
from tests.support.pages import PAGE, RUN
from tests.support.recordings import URL
from validator import validate

ONE_PAGE = "ok: 2 runs in 1 document\n"
REFUSED = json.dumps({"error": {"message": "No.", "type": "invalid_request_error", "param": None, "code": None}})
DONE = "event: done\ndata: [DONE]\n\n"


def entry(text: str, method: str = "GET", status: int = 200, kind: str = "application/json", **more: Any) -> Any:
    """A call as a browser records it."""
    content = {"mimeType": kind, "text": text, **more.pop("content", {})}
    return {
        "request": {"method": method, "url": URL},
        "response": {"status": status, "content": content, "headers": more.pop("headers", [])},
        **more,
    }


def har(folder: Path, *entries: Any) -> Path:
    (folder / "a.har").write_text(json.dumps({"log": {"entries": entries}}, indent=1))
    return folder / "a.har"


def cassette(folder: Path, *entries: Any) -> Path:
    """The same calls as vcrpy records them."""
    interactions = [
        {
            "request": {"method": item["request"]["method"], "uri": item["request"]["url"]},
            "response": {
                "status": {"code": item["response"]["status"]},
                "headers": {"Content-Type": [item["response"]["content"]["mimeType"]]},
                "body": {"string": item["response"]["content"]["text"]},
            },
        }
        for item in entries
    ]
    (folder / "a.yaml").write_text(yaml.safe_dump({"interactions": interactions}))
    return folder / "a.yaml"


def checked(*words: str | Path) -> Ran:
    return run("-f", "concise", *words)


def verbose_line(recording: Path) -> str:
    """The output of --verbose for a valid page."""
    return f"{recording}: 1 record without findings (2 runs)\n{ONE_PAGE}"


@pytest.fixture(params=[har, cassette])
def record(request: pytest.FixtureRequest) -> Any:
    """What writes calls into a recording, of either kind."""
    return request.param


# Labels


@pytest.mark.parametrize("before", ["", "\ufeff", " \r\n", "\ufeff\n" + " " * 300])
def test_json_with_content_type_of_a_stream(tmp_path: Path, record: Any, before: str) -> None:
    bad = before + json.dumps({**PAGE, "first_id": "run_Wr0ng"})
    recording = record(tmp_path, entry(bad, kind="text/event-stream; charset=utf-8"))
    ran = checked(recording)
    rules = [line.split(": ", 2)[1].split(" ")[1] for line in ran.out.splitlines()[:-1]]
    assert (ran.code, rules) == (1, ["content-type", "first-id-mismatch"])
    run = entry(before + json.dumps(RUN), "POST", kind="text/event-stream")
    assert " error content-type: " in checked(record(tmp_path, run)).out
    assert checked(record(tmp_path, entry(before + json.dumps(RUN), "POST"))).out == "ok: 1 run in 1 document\n"


def test_stream_in_answer_to_a_get_is_an_error(tmp_path: Path, record: Any) -> None:
    recording = record(tmp_path, entry(f"event: thread.run.completed\ndata: {json.dumps(RUN)}\n\n{DONE}"))
    ran = checked(recording)
    assert (ran.code, ran.out.splitlines()[0].partition(": ")[2]) == (
        1,
        "error not-json: the text looks like an event stream (.sse), but a JSON document was expected",
    )


def test_answer_with_a_stream_without_runs_is_a_finding(tmp_path: Path, record: Any) -> None:
    texts = (
        DONE,
        "event: thread.message.delta\ndata: {}\n\n",
        "upstream connect error",
        "event: error\ndata: {}\n\n",
    )
    recording = record(tmp_path, *(entry(text, "POST", kind="text/event-stream") for text in texts))
    no_run = 'is an event stream without a run, expected events such as "thread.run.created"'
    no_event = 'has no event of a stream; expected lines that begin with "data: "'
    assert [(found.record, found.rule, found.message) for found in validate(recording).findings] == [
        (1, "not-a-run-list", no_run),
        (2, "not-a-run-list", no_run),
        (3, "not-json", no_event),
        (4, "stream-error", "ends the stream with an error"),
    ]


@pytest.mark.parametrize("kind", ["Text/Event-Stream; charset=utf-8", "text/html", "application/json"])
def test_content_type_of_a_stream(tmp_path: Path, record: Any, kind: str) -> None:
    text = f"event: thread.run.completed\ndata: {json.dumps(RUN)}\n\n"
    recording = record(tmp_path, entry(text * 2 + DONE, "POST", kind=kind))
    expected = [("warning", f"has Content-Type {kind}: expected text/event-stream")] if ";" not in kind else []
    found = validate(recording, select=["content-type"]).findings
    assert [(str(finding.severity), finding.message) for finding in found] == expected


def test_stream_that_was_recorded_without_its_events_is_named(tmp_path: Path, record: Any) -> None:
    silent = [entry(text, "POST", kind="text/event-stream") for text in ("", "\n\n")]
    recording = record(tmp_path, *silent, entry(json.dumps(PAGE)))
    why = "2 calls for runs were recorded without their bodies"
    assert checked(recording).err == f"validate-runs: {recording}: {why}\n"


# Methods and statuses


@pytest.mark.parametrize(
    ("method", "status"),
    [
        ("OPTIONS", 200),
        ("options", 204),
        ("HEAD", 200),
        ("DELETE", 200),
        ("GET", 204),
        ("POST", 205),
        ("GET", 304),
    ],
)
@pytest.mark.parametrize("text", ["", json.dumps({**PAGE, "first_id": "run_Wr0ng"})])
def test_methods_and_statuses_without_answer_are_skipped(
    tmp_path: Path, record: Any, method: str, status: int, text: str
) -> None:
    recording = record(tmp_path, entry(text, method, status), entry(json.dumps(PAGE), "get"))
    why = f": 1 call for runs was answered with {status}" if method in ("GET", "POST") else ""
    warning = f"validate-runs: {recording}: 1 record without runs skipped{why}\n"
    assert checked("-v", recording) == Ran(0, verbose_line(recording), warning)
    assert checked(recording) == Ran(0, ONE_PAGE, "")


def test_nothing_to_check_says_why(tmp_path: Path, record: Any) -> None:
    def err(*entries: Any) -> str:
        recording = record(tmp_path, *entries)
        ran = checked(recording)
        assert (ran.code, ran.out) == (2, "nothing was checked\n")
        return ran.err.removeprefix(f"validate-runs: {recording}: nothing to check: ").rstrip("\n")

    other, moved = entry("{}", "HEAD"), entry("", status=304)
    assert err() == "it holds no calls"
    assert err(other) == "its only call returns no runs"
    assert err(moved) == "its only call returns no runs: it was answered with 304"
    assert err(other, moved) == "none of its 2 calls returns runs: 1 call for runs was answered with 304"


def test_named_recording_of_error_responses_never_passes(tmp_path: Path, record: Any) -> None:
    def found(*entries: Any) -> list[tuple[int | None, str]]:
        return [(finding.record, finding.message) for finding in validate(record(tmp_path, *entries)).findings]

    refused, missing, other = entry(REFUSED, status=401), entry(REFUSED, status=404), entry("{}", "HEAD")
    message = "holds no runs: {}; expected an answer with runs"
    assert found(other, refused) == [(None, message.format("1 call for runs was answered with 401"))]
    several = "2 calls for runs were answered with 401, 1 call for runs was answered with 404"
    assert found(refused, missing, refused) == [(None, message.format(several))]
    assert found(refused, entry(json.dumps(PAGE))) == []
    ran = checked(record(tmp_path, entry("", status=500)))
    rules = [line.split(" ")[2] for line in ran.out.splitlines()[:-1]]
    assert (ran.code, rules, ran.err) == (1, ["server-error:", "not-a-run-list:"], "")
    assert checked(tmp_path).code == 1
    record(tmp_path, refused)
    assert checked(tmp_path).err == "validate-runs: nothing to check: these files hold no runs\n"


def test_runs_of_another_path_are_mentioned(tmp_path: Path, record: Any) -> None:
    other = entry(json.dumps(PAGE))
    other["request"]["url"] = "https://app.example.com/api/runs"
    recording = record(tmp_path, other)
    why = "made to another path than /threads/ID/runs"
    assert checked(recording).err == (
        f"validate-runs: {recording}: nothing to check: its only call returns no runs: it was {why}\n"
    )
    recording = record(tmp_path, other, entry(json.dumps(PAGE)))
    assert checked("-v", recording).err == (
        f"validate-runs: {recording}: 1 record without runs skipped: 1 call for runs was {why}\n"
    )
    assert checked(recording) == Ran(0, ONE_PAGE, f"validate-runs: {recording}: 1 call for runs was {why}\n")


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_packed_runs_of_another_path_are_mentioned(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    packed = base64.b64encode(pack(json.dumps(PAGE).encode())).decode()
    recording = har(tmp_path, packed_call(packed), entry(json.dumps(PAGE)))
    why = "1 call for runs was made to another path than /threads/ID/runs"
    assert checked(recording) == Ran(0, ONE_PAGE, f"validate-runs: {recording}: {why}\n")


def test_packed_bodies_of_another_path_without_runs_are_not_mentioned(tmp_path: Path) -> None:
    bodies = (b"\x89PNG", gzip.compress(b'{"object": "thread"}'), gzip.compress(json.dumps(PAGE).encode())[:30])
    calls = [packed_call(text) for text in (*(base64.b64encode(body).decode() for body in bodies), "?", "e30")]
    assert checked(har(tmp_path, *calls, entry(json.dumps(PAGE)))) == Ran(0, ONE_PAGE, "")


def packed_call(text: str) -> Any:
    call = entry(text)
    call["request"]["url"] = "https://app.example.com/api/runs"
    call["response"]["content"]["encoding"] = "base64"
    return call


def without_body(call: Any) -> Any:
    del call["response"]["content"]["text"]
    return call


def test_missing_bodies_are_reported(tmp_path: Path) -> None:
    lost, good = without_body(entry("")), entry(json.dumps(PAGE))
    recording = har(tmp_path, lost)
    warning = f"validate-runs: {recording}: "
    assert checked(recording) == Ran(
        2,
        "nothing was checked\n",
        f"{warning}nothing to check: its only call returns no runs: it was recorded without its body\n",
    )
    lost_call = f"{warning}1 call for runs was recorded without its body\n"
    nothing = "validate-runs: nothing to check: these files hold no runs\n"
    assert checked(tmp_path) == Ran(2, "nothing was checked\n", lost_call + nothing)
    har(tmp_path, lost, good)
    assert checked(recording) == Ran(0, ONE_PAGE, lost_call)
    assert checked(recording, "-q") == Ran(0, "", "")
    har(tmp_path, lost, good, lost, entry(REFUSED, status=401))
    assert checked(recording) == Ran(0, ONE_PAGE, f"{warning}2 calls for runs were recorded without their bodies\n")
    assert checked("-v", recording).err == (
        f"{warning}3 records without runs skipped: 2 calls for runs were recorded without their bodies, "
        "1 call for runs was answered with 401\n"
    )


def test_missing_bodies_of_other_calls_are_ignored(tmp_path: Path) -> None:
    other = without_body(entry(""))
    other["request"]["url"] = "https://api.example.com/v1/threads"
    assert checked(har(tmp_path, other, without_body(entry("", "HEAD")), entry(json.dumps(PAGE)))) == Ran(
        0, ONE_PAGE, ""
    )


@pytest.mark.parametrize("method", ["GET", "post"])
@pytest.mark.parametrize("status", [200, 201, 203, 206])
def test_empty_answer_is_a_finding(tmp_path: Path, record: Any, method: str, status: int) -> None:
    ran = checked(record(tmp_path, entry("", method, status)))
    assert ran.out.endswith(
        ": error not-json: the text is empty, but a JSON document was expected\n1 error in 1 document\n"
    )


def test_invalid_status_is_skipped(tmp_path: Path) -> None:
    odd: list[Any] = [None, "200", [200], {}, 200.5, 0, 600, True]
    for status in odd:
        recording = har(tmp_path, entry("", status=status))
        why = "its only call returns no runs: it was recorded without its status"
        warning = f"validate-runs: {recording}: nothing to check: {why}\n"
        assert checked(recording) == Ran(2, "nothing was checked\n", warning)
        recording = har(tmp_path, entry("", status=status), entry(json.dumps(PAGE)))
        lost = f"validate-runs: {recording}: 1 call for runs was recorded without its status\n"
        assert checked(recording) == Ran(0, ONE_PAGE, lost)


def test_byte_order_mark_moves_no_place(tmp_path: Path) -> None:
    wrong = json.dumps({**PAGE, "first_id": "run_x"})
    stream = f"event: thread.run.completed\ndata: {json.dumps({**RUN, 'status': 'done'})}\n\n{DONE}"
    file = har(tmp_path, entry(f"\ufeff{wrong}"), entry(f"\ufeff{stream}", "POST", kind="text/event-stream"))
    file.write_text(json.dumps(json.loads(file.read_text()), indent=1, ensure_ascii=False))
    found = json.loads(run("-f", "json", file).out)["findings"]
    lines = file.read_text().split("\n")
    pointed = [lines[finding["line"] - 1][finding["column"] - 1 : finding["end_column"] - 1] for finding in found]
    assert [(finding["rule"], text) for finding, text in zip(found, pointed, strict=True)] == [
        ("first-id-mismatch", '\\"run_x\\"'),
        ("schema:enum", '\\"done\\"'),
    ]


def test_error_response_without_body_has_place_of_its_call(tmp_path: Path) -> None:
    recording = har(tmp_path, without_body(entry("", status=404)), entry(json.dumps(PAGE)))
    why = 'answers with 404 and without an object "error": clients cannot show what went wrong'
    assert [(found.record, found.rule, found.line, found.message) for found in validate(recording).findings] == [
        (1, "error-envelope", 4, why)
    ]
