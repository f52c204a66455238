"""`--create`: threads and runs of the check's own, what only they show, and that nothing else is ever changed."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from threading import Event
from typing import Any

import httpx
import pytest

from tests.support.commands import Ran, run
from tests.support.creating_server import CREATING_MUTANTS, AcceptsSecondRun, CreatingServer
from tests.support.http_server import Answering, Asked, Reply, refuse, serving
from tests.support.in_process import connect
from tests.support.sound_server import KEY, OTHER_THREAD, make_threads
from tests.support.threads import THREAD, list_of, numbered
from validator import Severity, ValidationFailed
from validator.live import LiveError, LiveReport, assert_live_listing, check_listing
from validator.live.create import Created
from validator.live.exchange import Question
from validator.live.transport import Authorization, Budget, NotPermitted, Transport

ENV = {"VALIDATE_RUNS_API_KEY": KEY}
STATEMENTS = ("cursor-stable", "one-active-run")


def check(answering: Answering, **options: Any) -> LiveReport:
    """Check a server with runs that are created by an assistant."""
    with connect(answering) as client:
        return check_listing(client, create=True, **{"assistant": "asst_1", **options})


def remember(server: Answering) -> tuple[Answering, list[Asked]]:
    """Return the same server, and a list that will have all that it is asked."""
    asked: list[Asked] = []

    def answering(request: Asked) -> Reply:
        asked.append(request)
        return server(request)

    return answering, asked


def instead(step: Callable[[Asked], bool], reply: Reply, server: Answering | None = None) -> Answering:
    """A server that answers some requests otherwise."""
    sound = server or CreatingServer()
    return lambda asked: reply if step(asked) else sound(asked)


def posts(end: str) -> Callable[[Asked], bool]:
    """Whether a request creates what has this path."""
    return lambda asked: asked.method == "POST" and asked.path.endswith(end)


def verdicts(report: LiveReport) -> dict[str, tuple[str, str]]:
    """The verdict and the reason of the statements about what is created."""
    return {result.id: (result.verdict, result.reason) for result in report.statements if result.id in STATEMENTS}


def test_server_that_keeps_every_statement() -> None:
    server = CreatingServer()
    answering, asked = remember(server)
    report = check(answering, check_auth=True)
    assert report.findings == ()
    assert [result.id for result in report.statements if result.verdict != "kept"] == ["default-limit-20"]
    bodies = [json.loads(request.body) for request in asked if request.body]
    assert len({body["metadata"]["validate-runs"] for body in bodies}) == 1
    assert [body["assistant_id"] for body in bodies if "assistant_id" in body] == ["asst_1"] * 8
    assert {request.method for request in asked} == {"GET", "POST"}
    first, other = [*server.threads][3:]
    assert report.created == (f"{first} (6 runs): not deleted", f"{other} (1 run): not deleted")
    assert all(one["status"] == "cancelled" for thread in (first, other) for one in server.threads[thread])


@pytest.mark.parametrize("name", CREATING_MUTANTS, ids=": ".join)
def test_mutant_breaks_its_statement_alone(name: tuple[str, str]) -> None:
    make, rules = CREATING_MUTANTS[name]
    server = make()
    report = check(server)
    assert {finding.rule for finding in report.findings if finding.severity is not Severity.INFO} == {*rules}
    assert [result.id for result in report.statements if result.verdict in ("broken", "doubtful")] == [name[0]]
    assert all(one["status"] == "cancelled" for thread in [*server.threads][3:] for one in server.threads[thread])


def test_failure_of_an_assertion_ends_with_what_was_created() -> None:
    with connect(AcceptsSecondRun()) as client, pytest.raises(ValidationFailed) as raised:
        assert_live_listing(client, create=True, model="gpt-4o-mini", fail_on="warning")
    first, *_, last = str(raised.value).splitlines()
    assert first.startswith("one-active-run doubtful: ")
    assert last == "created on the server: asst_000000000000000000000900: not deleted"


def test_named_thread_is_only_read() -> None:
    server = CreatingServer()
    answering, asked = remember(server)
    report = check(answering, thread=THREAD, delete_created=True)
    assert verdicts(report) == {"cursor-stable": ("kept", ""), "one-active-run": ("kept", "")}
    assert all(request.method == "GET" for request in asked if THREAD in request.path)
    assert server.threads == {thread: [*runs] for thread, runs in make_threads().items()}
    assert len(report.created) == 1
    assert next(result for result in report.statements if result.id == "cursor-other-thread").verdict == "kept"
    assert json.loads(report.recording)["log"]["entries"][-1]["_validateRuns"]["thread"] == THREAD


def test_model_needs_an_assistant_of_its_own() -> None:
    server = CreatingServer()
    answering, asked = remember(server)
    report = check(answering, assistant=None, model="gpt-4o-mini", delete_created=True)
    assistant = "asst_000000000000000000000900"
    assert report.created[-1] == f"{assistant}: deleted"
    assert all(line.endswith(": deleted") for line in report.created)
    assert (server.assistants, server.threads.keys()) == ([], make_threads().keys())
    runs = [json.loads(request.body) for request in asked if posts("/runs")(request)]
    assert {(body["assistant_id"], body["model"]) for body in runs} == {(assistant, "gpt-4o-mini")}
    deleted = [request.path for request in asked if request.method == "DELETE"]
    assert len(deleted) == 3
    assert deleted[-1] == f"/v1/assistants/{assistant}"


def test_server_without_assistants_gets_the_model_alone() -> None:
    answering, asked = remember(instead(posts("/assistants"), refuse("Not found.", 404)))
    report = check(answering, assistant=None, model="gpt-4o-mini")
    assert verdicts(report)["cursor-stable"] == ("kept", "")
    runs = [json.loads(request.body) for request in asked if posts("/runs")(request)]
    assert {(body.get("assistant_id"), body["model"]) for body in runs} == {(None, "gpt-4o-mini")}


@pytest.mark.parametrize(
    ("answering", "message"),
    [
        (
            instead(posts("/threads"), refuse("Try \x1b[2J later.", 500)),
            r"a thread: POST /v1/threads was answered with 500 (Try \u001b[2J later.)",
        ),
        (
            instead(posts("/runs"), Reply({"detail": KEY}, 422)),
            "a run: POST /v1/threads/thread_000000000000000000000900/runs",
        ),
        (instead(posts("/runs"), refuse(f"No model for {KEY}.", 404)), "answered with 404 (No model for [redacted].)"),
        (instead(posts("/runs"), Reply({"error": "no"}, 400)), "was answered with 400"),
        (instead(posts("/threads"), refuse("x" * 500, 400)), f"answered with 400 ({'x' * 200})"),
        (instead(posts("/threads"), Reply({"id": ".."})), "a thread: POST /v1/threads was answered with 200"),
        (instead(posts("/threads"), Reply([])), "a thread: POST /v1/threads was answered with 200"),
    ],
)
def test_server_that_creates_nothing_cannot_be_checked(answering: Answering, message: str) -> None:
    with pytest.raises(LiveError) as raised:
        check(answering)
    assert str(raised.value).startswith("the server does not create ")
    assert message in str(raised.value)
    assert KEY not in str(raised.value)


def test_server_that_lets_nobody_in_says_so() -> None:
    done = command(CreatingServer(), "--assistant", "asst_1", "--auth", "none")
    how = "VALIDATE_RUNS_API_KEY, --key-env or --key-file"
    assert done.err == f"validate-runs: the server refused the request (401), which had no key: {how}\n"
    with pytest.raises(LiveError, match=r"the server redirects \(307\) to http://other"):
        check(instead(posts("/threads"), Reply({}, 307, {"Location": "http://other/v1/threads"})))


def test_thread_that_existed_before_is_not_taken_for_a_new_one() -> None:
    answering, asked = remember(instead(posts("/threads"), Reply({"id": OTHER_THREAD})))
    report = check(answering, thread=THREAD, other_thread=OTHER_THREAD, delete_created=True)
    reason = "the server does not create a thread: it returned one that existed before"
    assert set(verdicts(report).values()) == {("not verified", reason)}
    assert report.created == ()
    assert [request.method for request in asked if request.method != "GET"] == ["POST"]


def test_thread_is_not_created_twice() -> None:
    class CreatesOneThread(CreatingServer):
        def create(self, names: list[str], body: dict[str, Any]) -> Reply:
            is_second = names == ["threads"] and len(self.threads) == 4
            return Reply({"id": [*self.threads][-1]}) if is_second else super().create(names, body)

    report = check(CreatesOneThread())
    assert len(report.created) == 1
    reason = "the server does not create a thread: it returned one that existed before"
    assert set(verdicts(report).values()) == {("not verified", reason)}


def test_nothing_is_created_where_the_named_thread_cannot_be_listed() -> None:
    answering, asked = remember(CreatingServer())
    with pytest.raises(LiveError, match="has no such thread"):
        check(answering, thread="thread_unknown", delete_created=True)
    assert [request.method for request in asked] == ["GET"]


def test_failure_is_the_reason_where_a_thread_is_named() -> None:
    report = check(instead(posts("/runs"), refuse("No such assistant.", 404)), thread=THREAD)
    assert len(report.created) == 1
    assert {verdict for verdict, _ in verdicts(report).values()} == {"not verified"}
    assert all(
        reason.endswith(" was answered with 404 (No such assistant.)") for _, reason in verdicts(report).values()
    )


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (Reply(b"", 302, {"Location": "http://0123456789abcdef.example"}), "(302) to http://[redacted].example, and"),
        (Reply({"id": "0123456789abcdef"}), "POST /v1/threads/[redacted]/runs was answered with 404"),
    ],
)
def test_reason_does_not_repeat_a_secret(reply: Reply, reason: str) -> None:
    with connect(instead(posts("/threads"), reply)) as client:
        client.headers["X-Api-Key"] = "0123456789abcdef"
        report = check_listing(client, create=True, assistant="asst_1", thread=THREAD)
    assert all(reason in words and "0123456789" not in words for _, words in verdicts(report).values())


def test_credentials_of_others_are_masked() -> None:
    token = "ghp_0123456789abcdefABCDEF0123456789abcd"
    report = check(instead(posts("/runs"), refuse(f"No access with {token}", 400)), thread=THREAD)
    assert all("(No access with …)" in reason for _, reason in verdicts(report).values())
    assert check(instead(posts("/threads"), Reply({"id": token})), thread=THREAD).created == (
        "… (0 runs): not deleted",
    )
    moved = Reply(b"", 302, {"Location": f"http://{token}.example"})
    report = check(instead(posts("/threads"), moved), thread=THREAD)
    assert all("redirects (302) to http://…" in reason for _, reason in verdicts(report).values())


class EndsAtOnce(CreatingServer):
    """Has runs that end when they are created."""

    def create_run(self, thread: str, body: dict[str, Any]) -> Reply:
        reply = super().create_run(thread, body)
        return self.change(thread, reply.body["id"], status="cancelling") and self.finished(thread, reply.body["id"])

    def finished(self, thread: str, run_id: str) -> Reply:
        self.finish(thread, run_id)
        return self.change(thread, run_id)


class EndsWhenTheNextIsCreated(CreatingServer):
    """Ends a run when the next one is created."""

    def create_run(self, thread: str, body: dict[str, Any]) -> Reply:
        for one in self.threads[thread]:
            if one["status"] == "queued":
                self.cancel(thread, one["id"])
            self.finish(thread, one["id"])
        return super().create_run(thread, body)


@pytest.mark.parametrize(
    ("server", "reason"),
    [
        (EndsAtOnce, "a run has ended when it is created"),
        (EndsWhenTheNextIsCreated, "the first run had ended"),
    ],
)
def test_run_that_ended_proves_nothing(server: type[CreatingServer], reason: str) -> None:
    report = check(server())
    assert report.findings == ()
    assert verdicts(report) == {"cursor-stable": ("kept", ""), "one-active-run": ("not verified", reason)}


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (refuse("No.", 404), "was answered with 404 (No.)"),
        (Reply({"detail": f"No {KEY}"}, 405), 'was answered with 405 ({"detail":"No [redacted]"})'),
        (Reply({"id": "run_x", "status": "queued"}), "was answered with 200"),
        (Reply(b"", 0), "was not answered: timed out"),
    ],
    ids=["message", "body", "accepted", "no answer"],
)
def test_run_that_cannot_be_cancelled_is_named(monkeypatch: pytest.MonkeyPatch, reply: Reply, outcome: str) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    report = check(instead(posts("/cancel"), reply), thread=THREAD)
    thread, run = "thread_000000000000000000000900", "run_000000000000000000000902"
    why = f"left queued, 10 s after POST /v1/threads/{thread}/runs/{run}/cancel {outcome}"
    assert report.created == (f"{thread} (1 run): not deleted", f"{run}: {why}")
    assert set(verdicts(report).values()) == {("not verified", f"{run} is {why}")}


def test_too_few_runs_are_no_success() -> None:
    class CreatesThreeRuns(CreatingServer):
        def __init__(self, status: int = 400) -> None:
            super().__init__()
            self.status = status

        def create_run(self, thread: str, body: dict[str, Any]) -> Reply:
            is_last = len(self.threads[thread]) == 3
            return refuse("Quota.", self.status) if is_last else super().create_run(thread, body)

    done = command(CreatesThreeRuns(), "--assistant", "asst_1")
    created = "3 runs of 4 created: the server does not create a run: POST /v1/threads/thread_"
    assert (done.code, f"validate-runs: {created}" in done.err) == (2, True)
    assert re.search(r"not verified walk-complete .*: 3 runs, 4 needed", done.out)
    with pytest.raises(LiveError, match=rf"^{created}.* was answered with 400 \(Quota.\)"):
        check(CreatesThreeRuns())
    wrong = check(CreatesThreeRuns(status=500))
    assert [result.id for result in wrong.statements if result.verdict == "broken"] == ["no-5xx"]


def test_page_without_a_next_one_shows_no_insertion() -> None:
    def answering(asked: Asked) -> Reply:
        reply = server(asked)
        return Reply({**reply.body, "has_more": False}) if "has_more" in reply.body else reply

    server = CreatingServer(speed=2)
    verdict, reason = verdicts(check(answering))["cursor-stable"]
    assert (verdict, reason.partition(":")[0]) == ("not verified", "has_more ends the walk too early")


def test_run_that_lacks_a_field_is_no_page_that_does() -> None:
    def answering(asked: Asked) -> Reply:
        reply = server(asked)
        if reply.status != 200 or "started_at" not in reply.body:
            return reply
        return Reply({key: value for key, value in reply.body.items() if key != "started_at"})

    server = CreatingServer()
    report = check(answering)
    assert {finding.rule for finding in report.findings} == {"schema:required"}
    assert [result.id for result in report.statements if result.verdict == "broken"] == ["run-shape"]


@pytest.mark.parametrize(("highest", "pages"), [(100, 5), (1, 2), (0, 1)])
def test_walk_without_end_is_left(highest: int, pages: int) -> None:
    """Each page has the next run up to the highest one, which is repeated."""

    def answering(asked: Asked) -> Reply:
        if asked.method == "GET" and asked.query.get("limit") == "1":
            after = int(asked.query.get("after", "run_-1")[4:])
            return Reply(list_of([numbered(min(after + 1, highest))], has_more=True))
        return server(asked)

    server = CreatingServer()
    steps = [entry["_validateRuns"]["step"] for entry in json.loads(check(answering).recording)["log"]["entries"]]
    assert steps.count("insert-after") == pages


@pytest.mark.parametrize("status", [403, 404, 429])
def test_refusal_for_another_reason_proves_nothing(status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)

    def answering(asked: Asked) -> Reply:
        reply = server(asked)
        return refuse("No.", status) if posts("/runs")(asked) and reply.status == 400 else reply

    server = CreatingServer()
    assert verdicts(check(answering))["one-active-run"] == (
        "not verified",
        f"the second run was answered with {status}",
    )


def test_secret_among_the_options_is_not_recorded() -> None:
    assert KEY.encode() not in check(CreatingServer(), model=KEY).recording


def test_only_a_request_that_was_refused_is_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    for status, number in ((429, 3), (503, 1)):
        answering, asked = remember(instead(posts("/threads"), refuse("Later.", status)))
        with pytest.raises(LiveError, match=f"was answered with {status}"):
            check(answering)
        assert len(asked) == number


def test_lost_answer_is_not_asked_for_again() -> None:
    def answering(asked: Asked) -> Reply:
        raise httpx.ReadError(str(next(number)))

    number = count()
    with pytest.raises(LiveError, match="^the server does not create a thread: the connection was closed$"):
        check(answering)
    assert next(number) == 1


def test_runs_are_not_all_of_one_second(monkeypatch: pytest.MonkeyPatch) -> None:
    pauses: list[float] = []
    monkeypatch.setattr("time.sleep", pauses.append)
    report = check(CreatingServer(speed=0))
    assert max(pauses) == 1
    reasons = {result.id: result.reason for result in report.statements if result.verdict == "not verified"}
    assert reasons["order-kept"] == reasons["default-desc"] == "no answer tells"


def test_transport_sends_nothing_but_get_without_permission() -> None:
    answering, asked = remember(CreatingServer())
    created = Created([OTHER_THREAD])
    created.threads["thread_1"] = ["run_1"]
    allowed = ["/assistants", "/threads", "/threads/thread_1/messages", "/threads/thread_1/runs"]
    allowed.append("/threads/thread_1/runs/run_1/cancel")
    others = [f"/threads/{THREAD}/runs", f"/threads/{THREAD}/runs/run_1/cancel", "/threads/thread_1/runs/run_2/cancel"]
    others += ["/threads/thread_1", "/threads/thread_1/runs/run_1", "/threads/thread_1/runs/run_1/submit_tool_outputs"]
    with connect(answering) as client:

        def refuses(question: Question, created: Created | None) -> bool:
            permits = created.allows if created else None
            transport = Transport(client, "http://h/v1", Authorization(), Budget(), id, permits=permits)
            try:
                transport.send(question)
            except NotPermitted:
                return True
            return False

        assert all(refuses(Question("x", path, method="POST"), None) for path in (*allowed, *others))
        assert all(refuses(Question("x", path, method="DELETE"), None) for path in (*allowed, *others))
        assert all(refuses(Question("x", path, method="POST"), created) for path in others)
        assert all(refuses(Question("x", path, method="DELETE"), created) for path in (*allowed, *others))
        assert asked == []
        assert not any(created.allows("GET", path) or not created.allows("POST", path) for path in allowed)
    deleting = Created(deletes=True)
    deleting.threads["thread_1"] = ["run_1"]
    assert [path for path in (*allowed, *others) if deleting.allows("DELETE", path)] == ["/threads/thread_1"]


def test_deletion_is_not_stopped_by_a_budget() -> None:
    server = CreatingServer()
    with pytest.raises(LiveError, match="12 requests were sent") as raised:
        check(server, delete_created=True, max_requests=12)
    assert raised.value.__notes__ == ["created on the server: thread_000000000000000000000900 (3 runs): deleted"]
    assert server.threads.keys() == make_threads().keys()


def test_answer_that_nothing_was_deleted_is_believed() -> None:
    answering = instead(lambda asked: asked.method == "DELETE", Reply({"id": "thread_1", "deleted": False}))
    assert all(line.endswith(" was answered with 200") for line in check(answering, delete_created=True).created)


@pytest.mark.parametrize("status", [404, 429])
def test_what_cannot_be_deleted_is_listed_as_left(status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    reply = refuse("No.", status)._replace(headers={"Retry-After": "3600"})
    report = check(instead(lambda asked: asked.method == "DELETE", reply), delete_created=True)
    assert len(report.created) == 2
    outcome = r": DELETE /v1/threads/thread_\d+ was answered with 404 \(No.\)" if status == 404 else ""
    assert all(re.search(f": not deleted{outcome}$", line) for line in report.created)


def command(answering: Answering, *words: str | Path) -> Ran:
    """Check a server on a socket with the command."""
    with serving(answering) as server:
        return run("live", f"{server.origin}/v1", "--create", *words, env=ENV)


@pytest.mark.parametrize("server", [CreatingServer, *(server for server, _ in CREATING_MUTANTS.values())])
def test_offline_check_of_the_recording_has_equal_findings(
    server: Callable[[], CreatingServer], tmp_path: Path
) -> None:
    words = ("--assistant", "asst_1", "--record", tmp_path / "runs.har", "-f", "concise", "--now", "2000000000")
    live = command(server(), *words)
    offline = run(tmp_path / "runs.har", *words[-4:])
    assert (live.code, live.out) == (offline.code, offline.out)
    entries = json.loads((tmp_path / "runs.har").read_text())["log"]["entries"]
    posted = [entry["request"] for entry in entries if entry["request"]["method"] == "POST"]
    assert posted[0]["url"].endswith("/v1/threads")
    assert posted[0]["postData"]["text"].startswith('{"metadata": {"validate-runs": "')
    assert {request["bodySize"] for request in posted if request["url"].endswith("/cancel")} == {0}


def test_what_was_created_is_listed() -> None:
    done = command(CreatingServer(), "--model", "gpt-4o-mini", "-q")
    assert (done.code, done.out) == (0, "")
    first, *lines = done.err.splitlines()
    assert first.startswith("validate-runs: created on the server, with the metadata validate-runs=")
    assert lines == [
        "  thread_000000000000000000000901 (6 runs): not deleted",
        "  thread_000000000000000000000907 (1 run): not deleted",
        "  asst_000000000000000000000900: not deleted",
    ]


@pytest.mark.parametrize("words", [(), ("--delete-created",)])
def test_interrupt_leaves_a_list_of_what_was_created(words: tuple[str, ...]) -> None:
    is_waiting, sound = Event(), CreatingServer()

    def answering(asked: Asked) -> Reply:
        if len(server.asked) == 5:
            is_waiting.set()
            time.sleep(3)
        return sound(asked)

    with serving(answering) as server:
        call = ("live", f"{server.origin}/v1", "--create", "--assistant", "asst_1", *words)
        running = subprocess.Popen(
            [sys.executable, "-m", "validator", *call], stderr=subprocess.PIPE, text=True, env=ENV
        )
        assert is_waiting.wait(20)
        running.send_signal(signal.SIGINT)
        err = running.communicate(timeout=20)[1]
    assert running.returncode == 130
    left = "deleted" if words else "not deleted"
    assert err.splitlines()[1:] == [f"  thread_000000000000000000000900 (1 run): {left}"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--create",), "which assistant? creating runs needs --assistant ID or --model NAME"),
        (("--model", "x"), "--assistant, --model and --delete-created need --create"),
        ((), "which thread? --thread ID names one that has runs, --create makes one"),
    ],
)
def test_options_that_belong_together(words: tuple[str, ...], message: str) -> None:
    done = run("live", "http://127.0.0.1:9/v1", *words)
    assert (done.code, message in done.err) == (2, True)


def test_plan_has_what_would_be_created() -> None:
    words = ("--create", "--model", "m", "--delete-created", "--empty-thread", "thread_empty", "--plan")
    lines = run("live", "http://127.0.0.1:9/v1", *words).out.splitlines()
    assert [line.split(" ", 2)[:2] for line in lines[:3]] == [
        ["POST", "http://127.0.0.1:9/v1/assistants"],
        ["POST", "http://127.0.0.1:9/v1/threads"],
        ["POST", "http://127.0.0.1:9/v1/threads/THREAD-1/messages"],
    ]
    assert lines[-1] == "DELETE http://127.0.0.1:9/v1/assistants/ASSISTANT"
    assert len(lines) < 80
    assert "DELETE" not in run("live", "http://h.localhost/v1", *words[:3], "--plan").out
