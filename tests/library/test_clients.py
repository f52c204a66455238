"""Real clients, a real server, real sockets: the example project, and what each client gets of each fault."""

import asyncio
import shutil
from typing import Any

import httpx
import openai
import pytest
import requests
from openai.pagination import SyncCursorPage
from openai.types.beta.assistant_stream_event import ThreadRunCompleted
from openai.types.beta.threads import Run

from tests.support.example_server import (
    EMPTY_PAGE_FAULTS,
    EMPTY_THREAD,
    EXAMPLE,
    FAULTS,
    LISTING_FAULTS,
    RUNS,
    TEXT_FAULTS,
    THREAD,
)
from validator import assert_valid_runs, valid_runs, validate

pytestmark = pytest.mark.filterwarnings("ignore:The Assistants API is deprecated:DeprecationWarning")

WITHOUT_REQUEST = {"other-thread": "mixed-thread-ids"}
"""What is found instead of a fault, where the request is unknown."""
SHOWN_BY_A_PAGE = [fault for fault in FAULTS if fault not in LISTING_FAULTS]
SHOWN_BY_A_MODEL = [fault for fault in SHOWN_BY_A_PAGE if fault not in (*TEXT_FAULTS, "camel-case-response")]


def rule(fault: Any) -> str:
    """The rule that finds a fault."""
    return str(fault).replace("schema-", "schema:")


def thread_of(fault: str) -> str:
    """The thread whose listing shows a fault."""
    return EMPTY_THREAD if fault in EMPTY_PAGE_FAULTS else THREAD


def rules(response: object, **options: Any) -> set[str]:
    """What is wrong with a response, at warning or worse."""
    return {one.rule for one in validate(response, **options).findings if one.severity != "info"}


def client(server: str, fault: str | None = None) -> openai.OpenAI:
    """The official client, talking to a server that has a fault or none."""
    base_url = f"{server}/faulty/{fault}/v1" if fault else f"{server}/v1"
    plain = openai.DefaultHttpxClient(verify=False)  # to load the certificates takes longer than the request
    return openai.OpenAI(base_url=base_url, api_key="none", max_retries=0, http_client=plain)


@pytest.mark.parametrize("order", ["asc", "desc"])
def test_listing_is_valid_page_by_page(server: str, order: Any) -> None:
    with client(server) as talking:
        pages = list(talking.beta.threads.runs.list(THREAD, limit=3, order=order).iter_pages())
    for page in pages:
        assert page == valid_runs(expect="page", limit=3, order=order, fail_on="warning")
    listed = [run.id for page in pages for run in page.data]
    assert sorted(listed, reverse=order == "desc") == listed
    assert len(listed) == len(RUNS[THREAD])


def test_page_with_before_cursor_is_valid(server: str) -> None:
    with client(server) as talking:
        page = talking.beta.threads.runs.list(THREAD, limit=3, before=RUNS[THREAD][1]["id"])
    assert [run.id for run in page.data] == [run["id"] for run in RUNS[THREAD][4:1:-1]]
    assert_valid_runs(page, limit=3, fail_on="warning")


def test_single_runs_and_lists_of_runs_are_valid(server: str) -> None:
    with client(server) as talking:
        runs = list(talking.beta.threads.runs.list(THREAD, limit=3))
    assert_valid_runs(runs[0], expect="run", fail_on="warning")
    assert_valid_runs(runs, fail_on="warning")


def test_async_client_pages_are_valid(server: str) -> None:
    async def listed() -> object:
        async with openai.AsyncOpenAI(base_url=f"{server}/v1", api_key="none", max_retries=0) as talking:
            paginator = talking.beta.threads.runs.list(THREAD, limit=3)
            with pytest.raises(TypeError, match="^cannot check a value of type AsyncPaginator before it is awaited$"):
                validate(paginator)
            return await paginator

    assert_valid_runs(asyncio.run(listed()), expect="page", limit=3, fail_on="warning")


@pytest.mark.parametrize("fault", [None, *SHOWN_BY_A_PAGE])
def test_raw_response_shows_all_findings(server: str, fault: str | None) -> None:
    expected = {rule(fault)} if fault else set()
    with client(server, fault) as talking:
        path = f"threads/{thread_of(fault or '')}/runs"
        raw = talking.beta.threads.runs.with_raw_response.list(thread_of(fault or ""), limit=3)
        url = f"{talking.base_url}{path}"
        responses = [get(url, params={"limit": 3}, verify=False) for get in (httpx.get, requests.get)]
    for response in (raw, *responses):
        assert rules(response, limit=3) == expected


@pytest.mark.parametrize("fault", SHOWN_BY_A_MODEL)
def test_client_model_shows_remaining_findings(server: str, fault: str) -> None:
    with client(server, fault) as talking:
        page = talking.beta.threads.runs.list(thread_of(fault), limit=3)
    assert rules(page, limit=3) == {WITHOUT_REQUEST.get(fault, rule(fault))}


def test_not_found_response_is_not_a_run_list(server: str) -> None:
    for path in ("v1/threads/thread_none/runs", "v1/models", f"v1/threads/{THREAD}/runs?after=run_none"):
        response = httpx.get(f"{server}/{path}")
        assert response.status_code == httpx.codes.NOT_FOUND
        assert rules(response) == {"not-a-run-list"}


@pytest.fixture(scope="module")
def imported(server: str) -> None:
    """What a session needs is imported: it would be anew in each session that a test starts here."""
    with client(server, "first-id-mismatch") as talking:
        page = talking.beta.threads.runs.list(THREAD)
    assert page != valid_runs
    assert httpx.get(server).status_code == httpx.codes.NOT_FOUND


@pytest.fixture
def example(imported: None, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A copy of the example project, as a user would make one."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p no:hypothesispytest")  # where it is installed, each session takes a second
    monkeypatch.delenv("CI", raising=False)
    shutil.copytree(EXAMPLE, pytester.path, dirs_exist_ok=True)
    return pytester


def test_example_tests_pass(example: pytest.Pytester) -> None:
    example.runpytest_inprocess().assert_outcomes(passed=9)


@pytest.mark.parametrize("fault", FAULTS)
def test_example_tests_fail_by_the_rule(example: pytest.Pytester, fault: str) -> None:
    tests = dict.fromkeys(EMPTY_PAGE_FAULTS, "test_empty")
    tests |= {"overlapping-pages": "test_listing[3-asc]", "false-has-more": "test_listing[7-asc]"}
    test = f"tests/test_contract.py::{tests.get(fault, 'test_response')}"
    result = example.runpytest_inprocess("--fault", fault, test)
    result.stdout.fnmatch_lines([f"E *[[]{rule(fault)}]*", f"FAILED {test.replace('[', '[[]')} - *"])


def test_live_test_of_the_example_fails_by_the_statement(example: pytest.Pytester) -> None:
    result = example.runpytest_inprocess("--fault", "false-has-more", "-k", "server")
    result.assert_outcomes(failed=1, deselected=8)
    result.stdout.fnmatch_lines(["FAILED tests/test_contract.py::test_server - has-more-false *"])


def test_all_that_a_model_dumps_is_valid() -> None:
    """`model_dump_json` writes null for each field that the server left out, and names of pydantic's own."""
    tools = [
        {"type": "code_interpreter"},
        {"type": "file_search", "file_search": {"ranking_options": {"score_threshold": 0.5}}},
        {"type": "function", "function": {"name": "tide"}},
    ]
    answer = {"type": "json_schema", "json_schema": {"name": "answer"}}
    changes = {"tools": tools, "response_format": answer, "tool_choice": {"type": "file_search"}}
    runs = [Run.construct(**{**run, **changes}) for run in RUNS[THREAD]]
    page = SyncCursorPage[Run].construct(
        object="list", data=runs, first_id=runs[0].id, last_id=runs[-1].id, has_more=False
    )
    assert '"parameters":null' in runs[0].model_dump_json()
    assert '"schema_":null' in runs[0].model_dump_json()
    for text in (runs[0].model_dump_json(), page.model_dump_json()):
        assert rules(text) == set()


def test_events_of_a_client_are_checked() -> None:
    run = RUNS[THREAD][0]
    events = [
        ThreadRunCompleted.construct(event="thread.run.completed", data=Run.construct(**data))
        for data in (run, {**run, "status": "bogus"})
    ]
    assert rules(events[0]) == set()
    assert rules(events) == rules(events[1]) == {"schema:enum"}
