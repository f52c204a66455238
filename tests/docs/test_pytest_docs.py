"""The page about pytest shows what pytest really prints.

`--snapshot-update` renews it.
"""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.paths import ROOT, SAMPLES

PAGE = ROOT / "docs" / "pytest.md"
FILE = re.compile(r"<!-- file: ([^\n]+) -->\n```python\n(.*?)```", re.DOTALL)
RUN = re.compile(r"(<!-- run: ([^\n]+) -->\n```text\n)(.*?)(```)", re.DOTALL)

CONFTEST = """
import httpx
import pytest
from recordings import sound

@pytest.fixture
def http():
    faulty = {**sound, "first_id": "run_b", "has_more": True}
    transport = httpx.MockTransport(lambda request: httpx.Response(200, json=faulty))
    with httpx.Client(transport=transport, base_url="http://server.test") as http:
        yield http
"""


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A project with the files that the page shows."""
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.delenv("BUILD_NUMBER", raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p no:hypothesispytest")
    sound, warned = (
        json.loads((SAMPLES / name).read_text()) for name in ("valid/page.json", "invalid/expiry-on-ended-run.json")
    )
    faulty = SAMPLES / "invalid" / "token-total-mismatch.json"
    (pytester.mkdir("responses") / "page.json").write_bytes(faulty.read_bytes())
    of_thread = {**sound, "data": [{**run, "thread_id": "thread_A"} for run in sound["data"]]}
    (pytester.path / "recordings.py").write_text(f"sound = {of_thread!r}\npage = {warned!r}\n")
    (pytester.path / "conftest.py").write_text(CONFTEST)
    for name, text in FILE.findall(PAGE.read_text("utf-8")):
        (pytester.path / name).write_text(text)
    return pytester


def shown(result: pytest.RunResult) -> Iterator[str]:
    """What is worth showing: the failures, and the summary without how long it took."""
    lines = result.stdout.lines
    failures = lines.index(f"{' FAILURES ':=^80}")
    for line in lines[failures:-1]:
        yield re.sub("0x[0-9a-f]+", "0x...", line.rstrip()) + "\n"


def test_page_shows_real_failures(project: pytest.Pytester, renew: Callable[[Path, str], None]) -> None:
    def real(match: re.Match[str]) -> str:
        return "".join((match[1], *shown(project.runpytest_inprocess("-q", *match[2].split())), match[4]))

    text = PAGE.read_text("utf-8")
    current = RUN.sub(real, text)
    renew(PAGE, current)
    assert current == PAGE.read_text("utf-8")
