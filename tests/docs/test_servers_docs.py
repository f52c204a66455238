"""The curl lines of README and docs/servers.md, run against a server that is right and against faulty ones."""

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.example_server import THREAD
from tests.support.paths import ROOT

pytestmark = pytest.mark.skipif(
    not all(map(shutil.which, ("curl", "jq"))), reason="curl or jq is not installed: the lines cannot be run"
)
README, PAGE, LISTING = (
    next(block for block in re.findall("```sh\n(.*?)```", (ROOT / file).read_text(), re.DOTALL) if start in block)
    for file, start in (("README.md", "curl"), ("docs/servers.md", "curl"), ("docs/servers.md", "page-2.json"))
)
CURL_LINE = next(line for line in README.splitlines() if line.startswith("curl"))


@pytest.mark.parametrize(
    ("fault", "lines", "expected"),
    [
        (None, CURL_LINE, None),
        (None, PAGE, None),
        (None, LISTING, None),
        ("camel-case-response", CURL_LINE, "not-a-run-list"),
        ("camel-case-response", PAGE, "not-a-run-list"),
        ("camel-case-response", LISTING, "not-a-run-list"),
        ("overlapping-pages", LISTING, "overlapping-pages"),
        ("page-too-long", LISTING, "page-too-long"),
    ],
)
def test_curl_lines_find_fault(
    fault: str | None, lines: str, expected: str | None, server: str, tmp_path: Path
) -> None:
    url = f"{server}/faulty/{fault}" if fault else server
    if lines is CURL_LINE:
        url += f"/v1/threads/{THREAD}"
    command = (
        f'validate-runs() {{ {shlex.quote(sys.executable)} -m validator "$@"; }}\nURL={url} THREAD={THREAD}\n{lines}'
    )
    result = subprocess.run(
        ["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert result.returncode == (1 if expected else 0), result.stdout + result.stderr
    assert expected is None or f"error {expected}:" in result.stdout
