"""`validate-runs live URL` against servers on loopback sockets."""

from __future__ import annotations

import json
import re
import socket
import sys
import time
from collections import Counter
from pathlib import Path
from threading import Event
from threading import Thread as Worker
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.support.commands import Ran, run
from tests.support.http_server import Answering, Asked, Reply, refuse, serving
from tests.support.sound_server import list_runs
from tests.support.threads import THREAD, list_of, numbered
from validator.live.statements import STATEMENTS

RUNS = [numbered(number) for number in range(7)]


def check(answering: Answering, *words: str | Path, **settings: Any) -> Ran:
    """Check a server that answers so."""
    with serving(answering) as server:
        return run("live", f"{server.origin}/v1", "--thread", THREAD, *words, **settings)


def verdicts(done: Ran) -> dict[str, str]:
    """The verdict of each statement in the report for people."""
    lines = [
        line for line in done.out.splitlines() if line.startswith(("kept ", "broken ", "doubtful ", "not verified "))
    ]
    return {line[13:].split()[0]: line[:13].strip() for line in lines}


def ignore_after(asked: Asked) -> Reply:
    """Answer as the API does, but with the first page whatever the cursor is."""
    asked.query.pop("after", None)
    return list_runs(RUNS)(asked)


def lose_runs_of_one_second(asked: Asked) -> Reply:
    """Answer as a server whose cursor compares created_at alone: after it come older runs only."""
    runs = [numbered(number, 1_740_000_000 + 60 * (number // 2)) for number in range(7)]
    after = next((run for run in runs if run["id"] == asked.query.get("after")), None)
    if after is not None:
        del asked.query["after"]
        is_asc = asked.query.get("order") == "asc"
        runs = [
            run
            for run in runs
            if (run["created_at"] > after["created_at"]) == is_asc and run["created_at"] != after["created_at"]
        ]
    return list_runs(runs)(asked)


def test_sound_server_breaks_nothing(tmp_path: Path) -> None:
    done = check(list_runs(RUNS), "--record", tmp_path / "runs.har")
    assert (done.code, done.err) == (0, "")
    assert not {"broken", "doubtful"} & {*verdicts(done).values()}
    assert verdicts(done)["walk-complete"] == "kept"
    last = done.out.splitlines()[-1]
    assert " 0 broken, 0 doubtful, " in last
    assert last.endswith(f"recorded in {tmp_path / 'runs.har'}")


def test_only_get_requests_of_the_thread_are_sent() -> None:
    with serving(list_runs(RUNS)) as server:
        run("live", f"{server.origin}/v1", "--thread", THREAD)
    assert {asked.method for asked in server.asked} == {"GET"}
    assert len(server.asked) < 60


def test_address_may_be_the_whole_list() -> None:
    with serving(list_runs(RUNS)) as server:
        done = run("live", f"{server.origin}/v1/threads/{THREAD}/runs")
    assert done.code == 0
    assert server.asked[0].path == f"/v1/threads/{THREAD}/runs"


def without_statements(report: str) -> str:
    """Remove the statements of an HTML report, and their tab."""
    part = r'<(section|button)[^>]* id="statements-\w+".*?</\1>\n'
    return re.sub(part, "", report, flags=re.DOTALL)


@pytest.mark.parametrize("answering", [list_runs(RUNS), ignore_after, lose_runs_of_one_second])
def test_offline_check_of_the_recording_has_equal_findings(answering: Answering, tmp_path: Path) -> None:
    recording, clock = tmp_path / "runs.har", ("--now", "1740001000")
    forms = ("concise", "sarif", "gitlab", "html", "rdjson")
    files = [word for form in forms for word in ("-f", f"{form}:{tmp_path / form}")]
    live = check(answering, "--record", recording, *files, *clock)
    for form in forms:
        offline, written = run(recording, "-f", form, *clock), (tmp_path / form).read_text("utf-8")
        assert (live.code, without_statements(written)) == (offline.code, without_statements(offline.out))
        assert (offline.out != written) == (form == "html")


@pytest.mark.parametrize("answering", [list_runs(RUNS), lose_runs_of_one_second])
def test_statements_follow_the_findings_of_the_recording(answering: Answering, tmp_path: Path) -> None:
    recording = tmp_path / "runs.har"
    outputs = {form: tmp_path / form for form in ("json", "jsonl", "junit", "markdown")}
    words = [word for form, file in outputs.items() for word in ("-f", f"{form}:{file}")]
    live = check(answering, "--record", recording, "-f", "text", *words)
    offline = {form: run(recording, "-f", form).out for form in ("text", *outputs)}
    findings, _, statements = live.out.rpartition("\n\nkept ")
    assert findings + "\n" == offline["text"]
    report = json.loads(outputs["json"].read_text())
    listed = report.pop("statements")
    assert report == json.loads(offline["json"])
    assert len(listed) == len(STATEMENTS)
    assert {"statement", "verdict", "severity", "reason", "requests", "evidence"} == listed[0].keys()
    lines = outputs["jsonl"].read_text().splitlines(keepends=True)
    assert "".join(line for line in lines if '"type": "statement"' not in line) == offline["jsonl"]
    suite = ElementTree.parse(outputs["junit"]).getroot().find("testsuite")
    assert suite is not None
    counts = Counter(result["verdict"] for result in listed)
    expected = len(STATEMENTS), counts["broken"], counts["not verified"] + counts["not asked"]
    assert tuple(int(suite.attrib[name]) for name in ("tests", "failures", "skipped")) == expected
    assert len(suite.findall("testcase/failure")) == counts["broken"]
    table = outputs["markdown"].read_text()
    assert all(f"| {result['verdict']} | [{result['statement']}](" in table for result in listed)
    assert statements.splitlines()[-1].startswith(f"{counts['kept']} kept, {counts['broken']} broken, ")


def test_quiet_prints_findings_alone() -> None:
    assert check(list_runs(RUNS), "-q").out == ""


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["--require", "limit-kept,walk-complete"], 0, ""),
        (["--require", "key-needed"], 1, "required, but not verified: key-needed"),
        (["--require", "all"], 1, "required, but not verified: "),
        (["--require", "walk-completed"], 2, "'walk-completed' is not a statement, did you mean walk-complete"),
        (["--require", "seconds", "--ignore", "milliseconds"], 1, "required, but not verified: seconds"),
    ],
)
def test_required_statements(words: list[str], code: int, message: str) -> None:
    done = check(list_runs(RUNS), *words)
    assert done.code == code
    assert message in done.err
    assert ("not asked    key-needed              needs --check-auth" in done.out) == ("key-needed" in done.err)


@pytest.mark.parametrize(
    ("listed", "reason"),
    [
        (Reply(list_of([])), "the thread is empty: --thread names one that has runs, --create makes one"),
        (Reply([]), "the thread is not listed: no answer is a page of runs"),
        (refuse("Unknown parameter: limit."), "the thread is not listed: answered with 400"),
    ],
)
def test_thread_without_runs_is_named_as_the_reason(listed: Reply, reason: str) -> None:
    done = check(lambda asked: listed if "limit" in asked.query else Reply(list_of([])), "--require", "walk-ends")
    assert f"not verified walk-ends               {reason}\n" in done.out
    assert "required, but not verified: walk-ends" in done.err


def test_required_statements_are_annotations_and_failed_tests(tmp_path: Path) -> None:
    words = ("--require", "key-needed,empty-thread,limit-kept", "-f", "github", "-f", f"junit:{tmp_path / 'junit.xml'}")
    done = check(list_runs(RUNS), *words)
    assert done.code == 1
    empty = "empty-thread required, but not asked: needs --empty-thread or --create"
    lines = f"{empty}%0Akey-needed required, but not asked: needs --check-auth"
    assert [line for line in done.out.splitlines() if "::" in line] == [f"::error title=validate-runs live::{lines}"]
    failures = ElementTree.parse(tmp_path / "junit.xml").getroot().findall(".//failure")
    assert {failure.get("type") for failure in failures} == {"key-needed", "empty-thread"}


def test_reports_say_why_a_server_cannot_be_checked(tmp_path: Path) -> None:
    done = check(lambda _: Reply({}, 404), "-f", "github", "-f", "junit:junit.xml", cwd=tmp_path)
    asked = f"GET /v1/threads/{THREAD}/runs was answered with 404"
    reason = f"the server does not implement list-runs, or has no such thread: {asked}"
    assert (done.code, done.err) == (2, f"validate-runs: {reason}\n")
    assert f"::error title=validate-runs,file=live.har::live.har: {reason}\n" in done.out
    (error,) = ElementTree.parse(tmp_path / "junit.xml").getroot().findall(".//error")
    assert error.get("message") == f"Could not be opened: {reason}."


def test_thread_of_few_runs_has_no_walks() -> None:
    done = check(list_runs(RUNS[:2]))
    assert done.code == 0
    assert "not verified walk-complete" in done.out
    assert "2 runs, 4 needed" in done.out


def test_thread_that_changes_is_not_judged_by_comparison() -> None:
    """A run is created between any two requests."""

    def answering(asked: Asked) -> Reply:
        return list_runs([numbered(number) for number in range(5 + len(server.asked))])(asked)

    with serving(answering) as server:
        done = run("live", f"{server.origin}/v1", "--thread", THREAD)
    compared = {name for name, verdict in verdicts(done).items() if verdict in ("broken", "doubtful")}
    assert done.code == 0
    assert not compared & {"walk-complete", "has-more-true", "asc-mirrors-desc", "before-window"}
    assert "the thread changed meanwhile" in done.out


def test_wait_until_the_server_starts() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    is_checked = Event()

    def start_late() -> None:
        time.sleep(0.5)
        with serving(list_runs(RUNS), port=port):
            is_checked.wait(20)

    worker = Worker(target=start_late)
    worker.start()
    try:
        done = run("live", f"http://127.0.0.1:{port}/v1", "--thread", THREAD, "--wait", "20")
    finally:
        is_checked.set()
        worker.join()
    assert (done.code, done.err) == (0, "")


def test_lost_runs_are_told_with_requests() -> None:
    done = check(lose_runs_of_one_second)
    assert done.code == 1
    assert verdicts(done)["walk-complete"] == "broken"


@pytest.mark.parametrize("mode", [None, 0o644])
def test_recording_can_be_read_by_its_owner_alone(mode: int | None, tmp_path: Path) -> None:
    """Also where it replaces a file that others can read."""
    recording = tmp_path / "new" / "runs.har"
    if mode is not None:
        recording.parent.mkdir()
        recording.touch()
        recording.chmod(mode)
    check(list_runs(RUNS), "--record", recording)
    assert recording.stat().st_mode & 0o777 == 0o600
    entries = json.loads(recording.read_text())["log"]["entries"]
    assert entries[0]["_validateRuns"] == {"version": 1, "thread": THREAD, "step": "probe", "try": 1}
    assert list(recording.parent.iterdir()) == [recording]


def test_thread_is_required() -> None:
    done = run("live", "http://127.0.0.1:9/v1")
    assert done.code == 2
    assert "which thread? --thread ID names one that has runs" in done.err


def test_third_thread_is_refused() -> None:
    done = run("live", f"http://127.0.0.1:9/v1/threads/{THREAD}/runs", "--thread", "thread_2", "--thread", "thread_3")
    assert done.code == 2
    assert "at most two threads can be named" in done.err


def test_other_thread_without_runs_lends_no_cursor() -> None:
    def answering(asked: Asked) -> Reply:
        return Reply(list_of([])) if "thread_other" in asked.path else list_runs(RUNS)(asked)

    done = check(answering, "--thread", "thread_other", "--require", "cursor-other-thread")
    assert (done.code, done.err) == (1, "validate-runs: required, but not verified: cursor-other-thread\n")


def test_beta_header() -> None:
    for words, expected in (([], "assistants=v2"), (["--beta", "v1"], "assistants=v1"), (["--beta", "none"], None)):
        with serving(list_runs(RUNS)) as server:
            run("live", f"{server.origin}/v1", "--thread", THREAD, *words)
        assert {asked.headers.get("OpenAI-Beta") for asked in server.asked} == {expected}


def test_plan_sends_nothing() -> None:
    with serving(list_runs(RUNS)) as server:
        done = run("live", f"{server.origin}/v1", "--thread", THREAD, "--plan")
    assert (done.code, server.asked) == (0, [])
    assert done.out.splitlines()[1] == f"GET {server.origin}/v1/threads/{THREAD}/runs?limit=100&order=desc"


@pytest.mark.parametrize("words", [("--thread", THREAD), ("-v",), ()])
def test_address_without_a_scheme_is_named(tmp_path: Path, words: tuple[str, ...]) -> None:
    done = run("live", "example.org:8000/v1", *words, cwd=tmp_path)
    assert done.code == 2
    assert "the address must begin with https:// or http:// and a host" in done.err


def test_file_that_is_called_live_is_checked_as_before(tmp_path: Path) -> None:
    (tmp_path / "live").write_text("{}")
    assert run("live", cwd=tmp_path).out == run("./live", cwd=tmp_path).out.replace("./live", "live")
    assert run("live", "-f", "json", cwd=tmp_path).code == 1
    assert "no such option: --thread" in run("live", "x", "--thread", "y", cwd=tmp_path).err


def test_baseline_accepts_what_is_broken(tmp_path: Path) -> None:
    words: tuple[str | Path, ...] = ("--record", tmp_path / "runs.har", "--baseline", "known.json")
    accepted = check(lose_runs_of_one_second, *words, "--update-baseline", cwd=tmp_path)
    assert accepted.code == 0
    again = check(lose_runs_of_one_second, *words, "-f", "text", "-f", "junit:junit.xml", cwd=tmp_path)
    assert again.code == 0
    assert re.search("broken +walk-complete .*: accepted by the baseline: data lacks ", again.out)
    assert "<failure" not in (tmp_path / "junit.xml").read_text()
    assert check(ignore_after, *words, cwd=tmp_path).code == 1
    obsolete = check(list_runs(RUNS), *words, cwd=tmp_path)
    assert obsolete.code == 0
    assert "no longer occur" in obsolete.err
    assert check(list_runs(RUNS), *words, "--strict-baseline", cwd=tmp_path).code == 1


def test_recording_overwrites_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "key.har").write_text("sk-0123456789")
    for words in (("--key-file", "key.har"), ("-f", "json:key.har"), ("--baseline", "key.har")):
        done = run("live", "http://127.0.0.1:9", "--thread", THREAD, "--record", "key.har", *words, cwd=tmp_path)
        assert done.code == 2
        assert "the recording would overwrite key.har, which is used otherwise" in done.err
    assert (tmp_path / "key.har").read_text() == "sk-0123456789"
    done = run("live", "http://127.0.0.1:9", "--thread", THREAD, "--record", "runs.json", cwd=tmp_path)
    assert (done.code, "name a file that ends in .har or .yaml" in done.err) == (2, True)


def test_recording_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = check(list_runs(RUNS), "--record", tmp_path / "file" / "runs.har")
    assert done.code == 2
    assert "runs.har: cannot write the recording: " in done.err
    assert "walk-complete" in done.out


def test_settings_of_the_project_apply(tmp_path: Path) -> None:
    (tmp_path / "validate-runs.toml").write_text('limit = 7\nfail-on = "warning"\n')

    def answering(asked: Asked) -> Reply:
        reply = list_runs(RUNS)(asked)
        return reply if reply.status == 200 else Reply({"detail": "no"}, reply.status)

    assert check(answering, cwd=tmp_path).code == 1
    assert check(answering, "--isolated", cwd=tmp_path).code == 0


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--timeout", "0"], "Invalid value for '--timeout': 0 is less than 0.01."),
        (["--max-time", "soon"], "Invalid value for '--max-time': 'soon' is not a number."),
        (["--rate", "nan"], "Invalid value for '--rate': 'nan' is not a number."),
        (["--wait", "-1"], "Invalid value for '--wait': -1 is less than 0."),
    ],
)
def test_number_out_of_range(words: list[str], complaint: str) -> None:
    ran = run("live", "http://127.0.0.1:9", *words)
    assert (ran.code, ran.err.splitlines()[0]) == (2, f"validate-runs: {complaint}")
    help_text = " ".join(run("live", "--help").out.split())
    assert "For each request. [default: 10.0; 0.01 or more]" in help_text
    assert "[0 or more]" in help_text


def test_options_after_the_word_live() -> None:
    assert run("live", "--help").out.startswith("Usage: validate-runs live [OPTIONS] URL\n")
    assert "Missing argument 'URL'" in run("live", "--plan").err
    assert "no such option: --thred; did you mean --thread?" in run("live", "http://127.0.0.1:9", "--thred", "x").err


def test_client_library_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("httpx", "httpx2"):
        monkeypatch.setitem(sys.modules, name, None)
    done = run("live", "http://127.0.0.1:9/v1", "--thread", THREAD)
    assert done.code == 2
    assert done.err == "validate-runs: needs an HTTP client: pip install 'validate-runs[live]'\n"


def test_explain_knows_statements() -> None:
    done = run("--explain", "cursor-stable")
    what = "a run that is created between two pages moves no others"
    head = f"cursor-stable: {what}\n\nA statement of validate-runs live; its rules: "
    names = ("overlapping-pages", "lost-runs", "broken-chain")
    assert (done.code, done.out) == (0, f"{head}{', '.join(names)}.\n\n{run('--explain', ','.join(names)).out}")
    assert run("--explain", "content-type").out.startswith("content-type (")  # the rule of that name
    assert "stale-active-run, and all that no other statement names.\n" in run("--explain", "run-shape").out
    assert 'no rule or group is called "walk-complet"' in run("--explain", "walk-complet").err
