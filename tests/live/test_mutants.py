"""A server that keeps every statement, and mutants that each break one: exactly its rules report it."""

from __future__ import annotations

import pytest

from tests.support import example_server as example
from tests.support.http_server import Answering
from tests.support.in_process import connect
from tests.support.mutant_servers import MUTANTS
from tests.support.sound_server import EMPTY_THREAD, OTHER_THREAD, sound
from tests.support.threads import THREAD
from validator import Severity
from validator.live import LiveReport, check_listing
from validator.live.statements import STATEMENTS

NOW = 1_740_000_500.0


def check(answering: Answering) -> LiveReport:
    """Check a server in all ways."""
    with connect(answering) as client:
        return check_listing(
            client, thread=THREAD, other_thread=OTHER_THREAD, empty_thread=EMPTY_THREAD, check_auth=True, now=NOW
        )


def reported_rules(report: LiveReport) -> set[str]:
    """The rules that report something above info."""
    return {finding.rule for finding in report.findings if finding.severity is not Severity.INFO}


def test_server_that_keeps_every_statement_has_no_finding() -> None:
    assert reported_rules(check(sound)) == set()


@pytest.mark.parametrize("name", MUTANTS, ids=": ".join)
def test_mutant_is_reported_by_the_rules_of_its_statement(name: tuple[str, str]) -> None:
    answering, expected = MUTANTS[name]
    report = check(answering)
    assert reported_rules(report) == expected
    broken = {result.id for result in report.statements if result.verdict in ("broken", "doubtful")}
    assert broken == ({name[0]} if expected else set())


def test_server_of_the_example_keeps_every_statement() -> None:
    report = check_listing(example.app, thread=example.THREAD, empty_thread=example.EMPTY_THREAD, now=1_760_000_900.0)
    assert [finding for finding in report.findings if finding.severity is not Severity.INFO] == []
    verdicts = {result.id: result.verdict for result in report.statements}
    assert {"broken", "doubtful"}.isdisjoint(verdicts.values())
    assert verdicts["walk-complete"] == "kept"


def test_server_of_the_example_keeps_every_statement_about_what_is_created() -> None:
    threads = {thread: [*runs] for thread, runs in example.RUNS.items()}
    report = check_listing(example.app, create=True, model="gpt-4o-mini", delete_created=True)
    assert report.findings == ()
    open_ = {result.id for result in report.statements if result.verdict != "kept"}
    assert open_ == {"default-limit-20", "key-needed"}
    assert example.RUNS == threads


def test_mutants_break_statements() -> None:
    assert len(MUTANTS) >= 35
    assert {statement for statement, _ in MUTANTS} <= {statement.id for statement in STATEMENTS}
