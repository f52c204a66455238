"""`--max-findings` counts what is too much, and hides no kind of finding."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support import pages
from tests.support.commands import run

WRONG_TOTAL = {"usage": {"prompt_tokens": 2, "completion_tokens": 2, "total_tokens": 5}}


def reported(*words: str, cwd: Path) -> tuple[list[str], int]:
    """Return the rules and pointers of the findings in a report, and how many are left out."""
    report = json.loads(run("-f", "json", "--isolated", "--show", "warning", *words, cwd=cwd).out)
    found = [f"{one['record'] or ''} {one['rule']} {one['pointer']}".lstrip() for one in report["findings"]]
    assert len(found) + report.get("omitted", 0) == report["summary"]["error"] + report["summary"]["warning"]
    return found, report.get("omitted", 0)


def test_rare_findings_behind_many_are_kept(tmp_path: Path) -> None:
    data = [pages.run(id=f"run_{number}", **WRONG_TOTAL) for number in range(7)]
    data[5] |= {"temperature": 3}
    data[6] |= {"temperature": 3, "top_p": 2}
    (tmp_path / "page.json").write_text(json.dumps(pages.page(*data)))
    words = ("page.json", "--select", "token-total-mismatch,sampling-range")
    total = "token-total-mismatch /data/{}/usage/total_tokens"
    rare = "sampling-range /data/5/temperature"
    assert reported(*words, "--max-findings", "3", cwd=tmp_path) == (
        [*map(total.format, (0, 1, 2)), rare, "sampling-range /data/6/top_p"],
        5,
    )
    assert reported(*words, "--max-findings", "1", cwd=tmp_path) == ([total.format(0), rare], 8)


@pytest.mark.usefixtures("small_tasks")
@pytest.mark.parametrize("jobs", ["1", "3"])
def test_kinds_without_end_are_limited_but_no_rule_is_hidden(tmp_path: Path, jobs: str) -> None:
    lines: list[dict[str, Any]] = [pages.run(metadata={f"k{number}": 1}) for number in range(40)]
    lines[30] |= {"top_p": 2}
    lines[35] |= {"temperature": 3}
    lines[38] |= {"metadata": {"k0": 1}}
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    words = ("a.jsonl", "--select", "schema:type,sampling-range", "--jobs", jobs)
    assert reported(*words, "--max-findings", "4", cwd=tmp_path) == (
        [*(f"{number + 1} schema:type /metadata/k{number}" for number in range(4)), "31 sampling-range /top_p"],
        37,
    )


def test_new_findings_beside_a_baseline_have_excerpts(tmp_path: Path) -> None:
    data = [pages.run(id=f"run_{number}", **WRONG_TOTAL) for number in range(3)]
    data[2] |= {"temperature": 3}
    (tmp_path / "page.json").write_text(json.dumps(pages.page(*data), indent=1))
    (tmp_path / "accepted").write_text('{"version": 1, "findings": []}')
    words = ("page.json", "--isolated", "--baseline", "accepted", "--max-findings", "1")
    ran = run(*words, "--select", "token-total-mismatch,sampling-range", cwd=tmp_path)
    assert ran.out.count('"total_tokens": 5') == 1
    assert ran.out.count('"temperature": 3') == 1
