"""The HTML report as its readers see it: in a browser, by eye, by keyboard and by ear."""

import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.reporters.test_html import MARKUP, T, timed
from tests.support.browser import Browser, chromium, need_browser
from tests.support.commands import run as command
from tests.support.findings import HOSTILE, LOOK, MISMATCH, PLACELESS, checked, written
from tests.support.pages import page, run
from tests.support.paths import SAMPLES
from tests.support.tools import npm_packages
from validator.core.finding import Excerpt
from validator.core.phrases import escape
from validator.core.results import DocumentResult, RunOutline, StatementResult
from validator.core.severity import Severity
from validator.rules.registry import RULES

pytestmark = pytest.mark.tools
need_browser()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with chromium(tmp_path_factory.mktemp("profile")) as one:
        yield one


@pytest.fixture
def report(tmp_path: Path) -> Path:
    return tmp_path / "report.html"


THREAD = page(
    timed("run_d", "queued", created_at=400, expires_at=1000),
    timed("run_c", "in_progress", created_at=200, started_at=201, expires_at=800),
    timed("run_b", "completed", created_at=100, started_at=110, completed_at=105),
    timed("run_a", "completed", created_at=0, started_at=1, completed_at=30),
)
"""Two runs in order, one that ends before it starts, and two that are active at once."""


def written_to(path: Path, *documents: DocumentResult) -> Path:
    path.write_text(written("html", *documents, look=LOOK._replace(show=Severity.INFO)), "utf-8")
    return path


def outline(pointer: str, **times: float) -> RunOutline:
    return RunOutline(pointer, f"run_{pointer.rpartition('/')[2]}", "thread_a", "completed", times)


def checked_thread(tmp_path: Path, report: Path) -> None:
    (tmp_path / "page.json").write_text(json.dumps(THREAD), "utf-8")
    assert command("-f", f"html:{report}", "page.json", cwd=tmp_path).code == 1


def test_page_makes_no_requests_and_logs_no_errors(browser: Browser, report: Path) -> None:
    assert command("-f", f"html:{report}", "--show", "info", "invalid", "series", cwd=SAMPLES).code == 1
    browser.open(report)
    browser.click("#threads-tab")
    browser.run("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert browser.complaints() == []
    assert browser.requests() == [report.as_uri()]


def test_requests_and_foreign_scripts_are_blocked(browser: Browser, report: Path) -> None:
    written_to(report, checked(MISMATCH))
    browser.open(report)
    browser.run("document.body.append(Object.assign(new Image(), {src: 'https://example.org/a.png'}))")
    browser.run("document.body.append(Object.assign(document.createElement('script'), {text: 'window.ran = 1'}))")
    assert browser.run("window.ran") is None
    assert ["violates" in complaint for complaint in browser.complaints()] == [True, True]
    assert browser.requests() == [report.as_uri(), "https://example.org/a.png"]


def test_findings_are_filtered_by_severity_rule_and_text(browser: Browser, report: Path) -> None:
    info = replace(PLACELESS, rule="missing-usage", severity=Severity.INFO, file="other.json", run_id="run_x")
    written_to(report, checked(MISMATCH, PLACELESS, file="a"), checked(info, replace(MISMATCH, file="other.json")))
    browser.open(report)

    def shown() -> tuple[list[str], list[str]]:
        return browser.texts("#findings-status"), browser.texts("h4 .rule")

    names = ["missing-usage", "token-total-mismatch", "token-total-mismatch", "first-id-mismatch"]
    assert shown() == (["4 findings"], names)
    assert browser.texts(".group > summary") == [
        "other.json 1 error 1 info",
        "responses/page.json 1 error",
        "<document> 1 warning",
    ]
    assert browser.texts("#rule-choices .choice") == [
        "token-total-mismatch 2",
        "first-id-mismatch 1",
        "missing-usage 1",
    ]
    assert browser.texts("#clear") == []
    assert browser.texts("#severities .choice") == ["error 2", "warning 1", "info 1"]
    browser.click("#severities .warning")
    browser.click("#severities .info")
    assert shown() == (["2 of 4 findings"], ["first-id-mismatch", "missing-usage"])
    assert browser.texts("#severities .choice") == ["error 2", "warning 1", "info 1"]
    assert browser.texts("#rule-choices .count") == ["0", "1", "1"]
    browser.click("#rule-choices input[value=missing-usage]")
    assert shown() == (["1 of 4 findings"], ["missing-usage"])
    assert browser.texts("#severities .choice") == ["error 0", "warning 0", "info 1"]
    browser.click("#clear")
    assert shown() == (["4 findings"], names)
    assert browser.run("document.activeElement.id") == "words"
    browser.type("#words", "OTHER total")
    assert shown() == (["1 of 4 findings"], ["token-total-mismatch"])
    browser.type("#words", "nowhere")
    assert shown() == (["0 of 4 findings"], [])
    assert browser.texts("#no-match") == ["Nothing matches \u201cnowhere\u201d. Clear filters"]
    browser.click("#no-match button")
    assert shown() == (["4 findings"], names)
    assert browser.texts("#no-match") == []
    browser.click("#severities .info")
    browser.click("#rule-choices input[value=first-id-mismatch]")
    assert browser.texts("#no-match") == ["Nothing matches these filters. Clear filters"]
    assert browser.complaints() == []


def test_findings_are_grouped_by_rule(browser: Browser, report: Path) -> None:
    other = [replace(MISMATCH, file="other.json", pointer=f"/data/{n}/usage/total_tokens") for n in range(3)]
    browser.open(written_to(report, checked(PLACELESS, MISMATCH), checked(*other, file="other.json")))
    browser.click("#grouping [value=rule]")
    assert browser.texts(".group > summary") == ["token-total-mismatch 4 errors", "first-id-mismatch 1 warning"]
    assert browser.texts(".group > .what")[0] == (
        "The total of a run's tokens is not the sum of its parts. About this rule"
    )
    assert browser.texts(".finding h4") == [
        "error responses/page.json",
        "error other.json",
        "error other.json",
        "warning <document>",
    ]
    assert browser.texts(".alike") == ["Show 1 more like this"]
    assert browser.run("location.hash") == "#by=rule"


def test_view_is_in_the_address(browser: Browser, report: Path) -> None:
    info = replace(PLACELESS, severity=Severity.INFO, file="a b&c.json")
    written_to(report, checked(MISMATCH), checked(info, file="a b&c.json"))
    browser.open(report)
    browser.click("#files-tab")
    assert browser.run("location.hash") == "#files"
    browser.driver.find_element("link text", "a b&c.json").click()
    assert browser.texts("#chosen-file") == ["Only a b&c.json all files"]
    assert browser.texts("#findings h3") == ["a b&c.json"]
    browser.click("#severities .info")
    browser.type("#words", "first id")
    view = browser.run("location.hash")
    assert view == "#words=first+id&file=a+b%26c.json&severity=info"
    browser.click("#clear")
    assert browser.texts("#findings-status") == ["2 findings"]
    browser.open(report, view=view)
    assert browser.texts("#findings h3") == ["a b&c.json"]
    assert browser.texts("#findings-status") == ["1 of 2 findings"]
    assert browser.run("document.querySelector('#severities .info input').checked")
    browser.click("#chosen-file button")
    assert browser.run("location.hash") == "#words=first+id&severity=info"
    browser.open(report, view="#rule-first-id-mismatch")
    assert browser.texts("[aria-selected=true]") == ["Rules 2"]
    browser.open(report, view="#nowhere=%E0%A4%A&by=x")
    assert browser.texts("#findings-status") == ["2 findings"]
    assert browser.complaints() == []


def test_rule_name_leads_to_its_page_and_back(browser: Browser, report: Path) -> None:
    many = [replace(MISMATCH, pointer=f"/metadata/a{index}") for index in range(60)]
    browser.open(written_to(report, checked(*many, PLACELESS)))
    browser.run("document.querySelectorAll('.finding a.rule')[50].scrollIntoView()")
    place = browser.run("scrollY")
    browser.run("document.querySelectorAll('.finding a.rule')[50].click()")
    assert browser.texts("[aria-selected=true]") == ["Rules 2"]
    assert browser.run("document.querySelector('#rule-token-total-mismatch').open")
    assert browser.run("document.activeElement.parentElement.id") == "rule-token-total-mismatch"
    assert "Bad" in browser.texts("#rule-token-total-mismatch h4")
    browser.travel(-1)
    assert browser.texts("[aria-selected=true]") == ["Findings 61"]
    assert abs(browser.run("scrollY") - place) < 2
    browser.travel(1)
    browser.click("#rule-token-total-mismatch .view a")
    assert browser.texts("#findings-status") == ["60 of 61 findings"]
    assert browser.complaints() == []


def test_finding_text_and_excerpt(browser: Browser, report: Path) -> None:
    cut = Excerpt("\U0001f600 a: 36, b", 5, 7, cut_left=True, cut_right=True)
    empty = Excerpt(" ", 1, 1, cut_left=False, cut_right=False)
    end = Excerpt("  [1", 4, 4, cut_left=False, cut_right=False)
    written_to(
        report,
        checked(
            replace(MISMATCH, record=7, request="GET /v1/threads/thread_a/runs 200", excerpt=cut),
            replace(MISMATCH, excerpt=empty, pointer="", source="somewhere"),
            replace(MISMATCH, excerpt=end),
        ),
    )
    browser.open(report)
    first, second, third = browser.texts(".finding")
    assert first == (
        f"error token-total-mismatch record 7 \u00b7 line 41, column 25 total_tokens {MISMATCH.message} "
        "41 \u2026\U0001f600 a: 36, b\u2026 "
        "/data/0/usage/total_tokens GET /v1/threads/thread_a/runs 200 run run_abc123 (completed)"
    )
    assert second == (
        f"error token-total-mismatch line 41, column 25 the run {MISMATCH.message} run run_abc123 (completed)"
    )
    assert "41 [1\u2038 /data" in third
    assert browser.texts("mark") == ["36", "\u2038"]
    assert browser.run("document.querySelector('.finding a.rule').hash") == "#rule-token-total-mismatch"


def test_truncated_findings_are_counted(browser: Browser, report: Path) -> None:
    counts = {("token-total-mismatch", Severity.ERROR): 1200, ("missing-usage", Severity.WARNING): 3}
    written_to(report, checked(MISMATCH, truncated=1202)._replace(totals=counts))
    browser.open(report)
    assert browser.texts("#rule-choices .choice") == ["token-total-mismatch 1 of 1,200", "missing-usage 0 of 3"]
    assert browser.texts(".notes") == ["1,202 more findings left out (--max-findings 0 shows all)"]


def test_page_without_findings(browser: Browser, report: Path) -> None:
    assert command("-f", f"html:{report}", "valid/page.json", cwd=SAMPLES).code == 0
    browser.open(report)
    assert browser.texts("h1") == ["Passed No problems found in 2 runs in 1 document"]
    assert browser.texts("[role=tab]") == ["Files 1", "Threads 1"]
    assert browser.texts("#threads-status") == ["1 thread"]
    assert browser.texts("#statuses li") == ["2 completed"]
    browser.click("#files-tab")
    assert browser.texts("#files tr") == ["File Runs", "valid/page.json 2"]
    assert browser.violations() == []


def test_page_without_documents(browser: Browser, report: Path) -> None:
    browser.open(written_to(report))
    assert browser.texts("h1") == ["Incomplete Nothing was checked"]
    assert (browser.texts("[role=tab]"), browser.texts(".panel")) == ([], [])
    assert browser.complaints() == []


def test_no_tab_without_timelines(browser: Browser, report: Path) -> None:
    browser.open(written_to(report, checked(MISMATCH)))
    assert browser.texts("[role=tab]") == ["Findings 1", "Files 1", "Rules 1"]
    assert browser.violations() == []


def elements(browser: Browser) -> list[str]:
    """All elements but those between keys of a pointer and those that name the folder of the files."""
    script = "[...document.querySelectorAll(':not(wbr, .context *)')].map((one) => one.tagName)"
    found: list[str] = browser.run(script)
    return found


@pytest.mark.parametrize("name", [*HOSTILE, *MARKUP, "<img src=x onerror=window.ran=1>", '"><svg onload=window.ran=1>'])
def test_hostile_text_adds_no_element(browser: Browser, report: Path, name: str) -> None:
    shown = escape(name)
    excerpt = Excerpt(shown, 0, len(shown), cut_left=False, cut_right=False)
    run = RunOutline("/data/0", shown, shown, shown, {"created_at": T})
    hostile = replace(
        MISMATCH,
        file=name,
        pointer=f"/data/0/{name}",
        run_id=name,
        run_status=name,
        message=f"is {shown}",
        excerpt=excerpt,
    )
    sanitize = replace(MISMATCH, excerpt=replace(excerpt, text="x" * len(shown)))
    seen = []
    for finding, one in ((sanitize, run._replace(id="run_a", thread_id="thread_a", status="queued")), (hostile, run)):
        browser.open(written_to(report, checked(finding, file=finding.file)._replace(outlines=(one,))))
        browser.click("#threads-tab")
        browser.run("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        browser.click("#findings-tab")
        seen.append(elements(browser))
    assert seen[0] == seen[1]
    assert browser.run("window.ran") is None
    assert browser.complaints() == []
    assert browser.texts(".message") == [" ".join(hostile.sentence.split())]
    assert browser.texts(".about code") == [" ".join(f"/data/0/{shown}".split())]
    assert browser.texts("mark") == [" ".join(shown.split())]
    assert browser.run("document.querySelector('.thread .name').textContent") == shown


def test_hostile_documents_add_no_element(browser: Browser, tmp_path: Path, report: Path) -> None:
    hostile = "<img src=x onerror=window.ran=1></script><script>window.ran=1</script>\u202e"
    document = page(run(id=hostile, metadata={hostile: 7}, status=hostile, model=hostile))
    file = tmp_path / "a<img src=x onerror=window.ran=1>&lt;.json"
    file.write_text(json.dumps(document), "utf-8")
    ran = command("-f", f"html:{report}", "--show-values", "--show", "info", file.name, cwd=tmp_path)
    assert (ran.code, ran.err) == (1, "")
    browser.open(report)
    assert browser.run("window.ran") is None
    assert browser.run("document.querySelectorAll('img').length") == 0
    assert browser.run("document.scripts.length") == 2
    assert browser.texts("#findings h3") == [file.name]
    text = browser.run("document.body.textContent")
    assert "onerror=window.ran=1></script><script>" in text
    assert "\u202e" not in text
    assert browser.complaints() == []


def test_findings_that_are_alike_are_folded(browser: Browser, report: Path) -> None:
    many = [replace(MISMATCH, pointer=f"/data/{index}/usage") for index in range(254)]
    others = [replace(MISMATCH, pointer="/data/7"), replace(MISMATCH, rule="missing-usage")]
    written_to(report, checked(*many, *others), checked(*[replace(MISMATCH, file="b")] * 3, file="b"))
    browser.open(report)
    assert browser.texts("#findings-status") == ["259 findings"]
    pointers = browser.run("[...document.querySelectorAll('.finding .about code')].map((code) => code.textContent)")
    assert pointers[:5] == [*(f"/data/{index}/usage" for index in range(3)), "/data/7", MISMATCH.pointer]
    assert len(pointers) == 8
    assert browser.texts(".alike") == ["Show 100 of 251 more like this"]
    browser.enter(".alike button")
    assert browser.texts(".alike") == ["Show 100 of 151 more like this"]
    assert browser.run("[...document.querySelectorAll('.finding')].indexOf(document.activeElement)") == 3
    browser.enter(".alike button")
    assert browser.texts(".alike") == ["Show 51 more like this"]
    browser.enter(".alike button")
    assert browser.texts(".alike") == []
    assert browser.run("document.querySelectorAll('.finding').length") == 259
    browser.type("#words", "/data/25")
    assert browser.texts("#findings-status") == ["5 of 259 findings"]
    assert browser.texts(".alike") == ["Show 2 more like this"]
    assert browser.complaints() == []


def test_ten_thousand_findings_are_filtered(browser: Browser, report: Path) -> None:
    many = [replace(MISMATCH, pointer=f"/metadata/a{index}", rule=RULES[index % 40].name) for index in range(10_000)]
    written_to(report, checked(*many))
    browser.open(report)
    assert browser.texts("#findings-status") == ["10,000 findings"]
    assert browser.run("performance.timing.loadEventStart - performance.timing.navigationStart") < 5_000
    assert browser.texts("#more-findings") == ["Show 100 more of 9,900 findings"]
    browser.enter("#more-findings")
    assert browser.run("document.querySelectorAll('.finding').length") == 200
    assert browser.run("[...document.querySelectorAll('.finding')].indexOf(document.activeElement)") == 100
    browser.type("#words", "/metadata/a99")
    assert browser.texts("#findings-status") == ["111 of 10,000 findings"]
    assert browser.texts("#more-findings") == ["Show 11 more of 11 findings"]
    browser.enter("#more-findings")
    assert browser.texts("#more-findings") == []
    milliseconds = browser.run(
        """(() => {
            const start = performance.now();
            document.getElementById("words").value = "non-finite";
            document.getElementById("words").dispatchEvent(new Event("input", { bubbles: true }));
            document.body.getBoundingClientRect();
            return performance.now() - start;
        })()"""
    )
    assert milliseconds < 500
    assert browser.texts("#findings-status") == ["250 of 10,000 findings"]


def test_thread_of_two_thousand_runs(browser: Browser, report: Path) -> None:
    runs = [outline(f"/data/{n}", created_at=T + n * 60, completed_at=T + n * 60 + 9) for n in range(2_000)]
    late = replace(MISMATCH, pointer="/data/1500/usage", run_id="run_1500")
    written_to(report, checked(late)._replace(outlines=tuple(runs)))
    browser.open(report)
    browser.click("#threads-tab")
    assert browser.run("document.querySelectorAll('.row').length") == 100
    assert browser.texts(".inside > .more") == ["Show 100 more of 1,900 runs"]
    browser.click("#findings-tab")
    browser.click(".about button")
    assert browser.run("document.querySelectorAll('.row').length") == 1_600
    assert browser.run("document.activeElement.querySelector('.name').textContent") == "run_1500"


def test_many_threads(browser: Browser, report: Path) -> None:
    runs = [outline(f"/data/{n}", created_at=T)._replace(thread_id=f"thread_{n}") for n in range(250)]
    found = replace(MISMATCH, pointer="/data/249/usage")
    browser.open(written_to(report, checked(found)._replace(outlines=tuple(runs))))
    browser.click("#threads-tab")
    assert browser.texts("#threads-status") == ["250 threads"]
    assert browser.run("document.querySelector('.thread .name').textContent") == "thread_249"
    browser.enter("#more-threads")
    assert browser.run("document.activeElement.querySelector('.name').textContent") == "thread_99"
    browser.click("#marked")
    assert browser.texts("#threads-status") == ["1 of 250 threads"]
    browser.click("#marked")
    browser.type("#thread-words", "run_77")
    assert browser.texts(".thread .name") == ["thread_77"]


def boxes(browser: Browser, selector: str) -> list[tuple[float, float]]:
    """From where to where the elements reach, from left to right."""
    script = """[...document.querySelectorAll(arguments[0])].map((one) => {
        const box = one.getBoundingClientRect();
        return [Math.round(box.left), Math.round(box.right)];
    })"""
    return [(left, right) for left, right in browser.run(script, selector)]


def test_timeline_shows_overlaps_and_backward_times(browser: Browser, tmp_path: Path, report: Path) -> None:
    checked_thread(tmp_path, report)
    browser.open(report)
    browser.click("#threads-tab")
    (summary,) = browser.texts(".thread > summary")
    assert re.sub("[0-9]+ findings", "9 findings", summary) == (
        f"{THREAD['data'][0]['thread_id']} 4 runs 9 findings 1 overlap 1 backward time page.json"
    )
    assert browser.texts(".row .status") == ["completed", "completed", "in_progress", "queued"]
    assert browser.texts(".row .marks") == [
        "completed 5 s before it started",
        "overlapped by run_d for 6 min 40 s",
        "overlaps run_c for 6 min 40 s",
    ]
    (overlapped,), (overlap,) = (boxes(browser, f".row rect.{kind}") for kind in ("overlapped", "overlap"))
    assert overlapped == overlap
    (third, fourth) = boxes(browser, ".row rect.open")
    assert third[0] < fourth[0] < third[1] < fourth[1]
    assert (round(fourth[0]), round(third[1])) == overlap
    (backward,) = boxes(browser, ".row rect.backward")
    (first,) = boxes(browser, ".row rect.run")
    (started, ended) = (boxes(browser, f".row:nth-child(2) .{key}")[0] for key in ("started_at", "completed_at"))
    assert first[1] < ended[0] < backward[0] < ended[1] < started[0] <= backward[1] < started[1] <= third[0]


def test_timeline_as_table(browser: Browser, tmp_path: Path, report: Path) -> None:
    checked_thread(tmp_path, report)
    browser.open(report)
    browser.click("#threads-tab")
    browser.click(".times summary")
    browser.settle()
    assert browser.run(
        "[...document.querySelectorAll('.times tr')].map((row) => [...row.cells].map((c) => c.innerText))"
    ) == [
        ["Run", "Status", "Created", "Started", "Ended", "Expires", "Notes"],
        ["run_a", "completed", "2024-10-20 10:00:00", "2024-10-20 10:00:01", "2024-10-20 10:00:30", "", ""],
        [
            *("run_b", "completed", "2024-10-20 10:01:40", "2024-10-20 10:01:50", "2024-10-20 10:01:45", ""),
            "completed 5 s before it started",
        ],
        [
            *("run_c", "in_progress", "2024-10-20 10:03:20", "2024-10-20 10:03:21", "", "2024-10-20 10:13:20"),
            "overlapped by run_d for 6 min 40 s",
        ],
        [
            *("run_d", "queued", "2024-10-20 10:06:40", "", "", "2024-10-20 10:16:40"),
            "overlaps run_c for 6 min 40 s",
        ],
    ]


def test_timestamps_out_of_range_are_numbers(browser: Browser, report: Path) -> None:
    times = {"created_at": 1e14, "started_at": 1_729_418_400_000, "completed_at": T + 0.5}
    runs = (RunOutline("/data/0", None, None, None, times), RunOutline("/data/1", None, None, None, {}))
    browser.open(written_to(report, checked(MISMATCH)._replace(outlines=runs)))
    browser.click("#threads-tab")
    browser.click(".times summary")
    browser.settle()
    assert browser.texts(".times td") == [
        *("", "100000000000000", "1729418400000", "2024-10-20 10:00:00.500", ""),
        "started 1137390990 d 17 h before it was created; completed 19996400 d 5 h before it started",
        *("", "", "", "", "", ""),
    ]
    assert browser.texts(".row .who") == ["a run without a name no status"] * 2
    assert browser.texts(".row .facts") == ["1 finding", "no times"]
    assert browser.complaints() == []


def test_findings_and_timelines_are_linked(browser: Browser, tmp_path: Path, report: Path) -> None:
    checked_thread(tmp_path, report)
    browser.open(report)
    browser.click(".about button")
    assert browser.run("document.querySelector('#threads-panel').hidden") is False
    focused = browser.run("document.activeElement.querySelector('.name').textContent")
    assert focused == "run_d"
    browser.run("document.activeElement.querySelector('.found button').click()")
    assert browser.run("document.querySelector('#findings-panel').hidden") is False
    assert browser.run("document.activeElement.value") == "run_d"
    assert ["run_d" in text for text in browser.texts(".finding")] == [True, True]


def test_arrow_keys_switch_tabs(browser: Browser, tmp_path: Path, report: Path) -> None:
    checked_thread(tmp_path, report)
    browser.open(report)
    browser.click("#findings-tab")
    browser.press("\ue014")
    assert browser.run("document.activeElement.id") == "files-tab"
    assert browser.texts("[role=tabpanel] h2") == ["Files"]
    browser.press("\ue012")
    assert browser.run("[...document.querySelectorAll('[role=tab]:not([hidden])')].map((one) => one.tabIndex)") == [
        0,
        -1,
        -1,
        -1,
    ]
    browser.press("\ue015")
    assert browser.run("document.activeElement.id") == "findings-tab"
    browser.press("\ue012")
    assert browser.run("document.activeElement.id") == "threads-tab"
    browser.press("\ue014")
    assert browser.run("document.activeElement.id") == "findings-tab"


def test_page_without_scripts(browser: Browser, report: Path) -> None:
    browser.open(written_to(report, checked(MISMATCH)), scripts=False)
    found = browser.driver.find_element("css selector", "#plain")
    assert found.is_displayed()
    assert "responses/page.json:41:25: error token-total-mismatch" in found.text
    assert not browser.driver.find_element("css selector", "#findings-panel").is_displayed()
    assert browser.driver.find_element("css selector", "#files").text.splitlines()[1] == "responses/page.json 1 3"
    browser.click("#rule-token-total-mismatch summary")
    assert "Bad\n" in browser.driver.find_element("css selector", "#rule-token-total-mismatch").text
    assert not browser.driver.find_element("css selector", ".view").is_displayed()
    assert not browser.driver.find_element("css selector", ".tabs").is_displayed()


@pytest.mark.parametrize(("dark", "width"), [(False, 1400), (True, 390)])
def test_page_is_accessible(browser: Browser, tmp_path: Path, report: Path, dark: bool, width: int) -> None:
    names = [SAMPLES / f"invalid/{name}.json" for name in ("concurrent-active-runs", "ended-before-started")]
    long = tmp_path / ("a_long_folder_name" * 8) / f"{'0123456789abcdef' * 12}.json"
    long.parent.mkdir()
    long.write_text(json.dumps(page(run(metadata={"k" * 300: 7}))), "utf-8")
    assert command("-f", f"html:{report}", "--show", "info", *map(str, names), str(long), "nowhere").code == 2
    browser.open(report, dark=dark, width=width)
    for name in ("findings", "files", "rules", "threads"):
        browser.click(f"#{name}-tab")
        browser.run("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        browser.settle()
        browser.run("document.querySelectorAll('details.times').forEach((one) => { one.open = true; })")
        browser.settle()
        assert browser.violations() == []
        assert browser.run("document.documentElement.scrollWidth") <= width


def test_page_is_valid_html(tmp_path: Path) -> None:
    off = ("doctype-style", "wcag/h32", "unique-landmark", "empty-heading")  # style, and what the script fills
    rules = {"extends": ["html-validate:standard"], "rules": dict.fromkeys(off, "off")}
    (tmp_path / ".htmlvalidate.json").write_text(json.dumps(rules))
    hostile = [
        replace(MISMATCH, file=name, message=name, pointer=f"/{name}", run_id=name) for name in (*MARKUP, *HOSTILE)
    ]
    kept = StatementResult("order-kept", "`order` sorts", "kept", "https://example.org/?a&b")
    look = LOOK._replace(statements=(kept, kept._replace(verdict="broken", reason=MARKUP[0], findings=(MISMATCH,))))
    every = [checked(replace(MISMATCH, rule=rule.name)) for rule in RULES]
    (tmp_path / "all.html").write_text(written("html", checked(*hostile), *every, look=look), "utf-8")
    (tmp_path / "none.html").write_text(written("html", checked()), "utf-8")
    validator = npm_packages("html-validate@9.5.5") / "html-validate" / "bin" / "html-validate.mjs"
    call = ["node", str(validator), "all.html", "none.html"]
    done = subprocess.run(call, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_inaccessible_page_is_detected(browser: Browser, report: Path) -> None:
    browser.open(written_to(report, checked(MISMATCH)))
    browser.run("document.querySelector('#filters label').remove()")
    browser.run("document.querySelector('.message').style.color = '#eeeeee'")
    assert [rule for rule, _ in browser.violations()] == ["color-contrast"]
