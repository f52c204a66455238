"""The documentation site: it builds without a warning, its links lead somewhere, its pages say what the code says."""

import fcntl
import html
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

import click
import pytest

from tests.support.browser import Browser, chromium, need_browser
from tests.support.paths import ROOT
from tests.support.tools import package
from validator.cli.command import command
from validator.cli.params import long_options
from validator.contract.loader import load_contract
from validator.rules.base import Rule
from validator.rules.registry import RULES

package("mkdocs", "docs")
package("material", "docs")

from documentation.field_pages import differences
from documentation.fields import fields
from documentation.picture import FILE, picture
from documentation.rule_pages import slug


class Anchored(HTMLParser):
    """The addresses and the anchors of a page, and what it loads."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.anchors: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.anchors |= {given[name] for name in ("id", "name") if name in given}
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if tag in ("link", "script", "img", "iframe"):
            self.loaded += [given[name] for name in ("href", "src") if name in given]


def build(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    call = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder), *words]
    return subprocess.run(call, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=500)


def warnings(done: subprocess.CompletedProcess[str]) -> list[str]:
    return [line for line in (done.stdout + done.stderr).splitlines() if line.startswith(("WARNING", "ERROR"))]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built once for all workers."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    with (folder / "site.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "site").exists():
            done = build(folder / "site")
            assert (done.returncode, *warnings(done)) == (0,)
    return folder / "site"


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, Anchored]:
    return {path: Anchored(path.read_text("utf-8")) for path in site.rglob("*.html") if path.name != "404.html"}


def text_of(page: Path) -> str:
    """The words of a page, as they are read."""
    article = page.read_text("utf-8").partition("<article")[2].partition("</article>")[0]
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", article)).split())


def test_internal_links_are_valid(site: Path, pages: dict[Path, Anchored]) -> None:
    broken = []
    for path, page in pages.items():
        for link in page.links:
            address, anchor = urldefrag(link)
            if urlsplit(link).scheme or "=" in anchor:  # a view of the HTML report
                continue
            target = (path.parent / unquote(address)).resolve() if address else path
            target = target / "index.html" if target.is_dir() else target
            if not target.is_file() or (anchor and target in pages and unquote(anchor) not in pages[target].anchors):
                broken.append(f"{path.relative_to(site)}: {link}")
    assert broken == []


def test_external_links_are_urls(pages: dict[Path, Anchored]) -> None:
    elsewhere = {link for page in pages.values() for link in page.links if urlsplit(link).scheme}
    assert len(elsewhere) > 30
    assert [
        link
        for link in elsewhere
        if not re.fullmatch(r"https://[\w.-]+\.[a-z]+/[^\s<>]*[^\s<>.,;)]|https://[\w.-]+/?", link)
    ] == []


def test_site_loads_nothing_external(site: Path, pages: dict[Path, Anchored]) -> None:
    assert [link for page in pages.values() for link in page.loaded if "//" in link] == []
    styles = [path.read_text("utf-8") for path in site.rglob("*.css")]
    assert [
        found for text in styles for found in re.findall(r"(?:url\(|@import\s)['\"]?(?:https?:)?//[^)]*", text)
    ] == []


def words_of(text: str) -> str:
    return " ".join(re.findall(r"[A-Za-z0-9_]+", text))


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_rule_page_has_docstring(rule: Rule, site: Path) -> None:
    text = text_of(site / "rules" / f"{slug(rule)}.html")
    headings = re.compile(r"\b(?:Bad:|Good:|Source:|(?:Bad|Good|Evidence) ¶)|(?:Fix ¶ --)?\bfix ?:", re.IGNORECASE)
    assert words_of(headings.sub("", rule.documentation)) in words_of(headings.sub("", text))
    assert text.partition("¶")[2].startswith(f" {rule.group} {rule.severity} ")


@pytest.mark.parametrize("option", long_options(command).values(), ids=lambda option: option.name)
def test_option_is_in_the_reference(option: click.Option, site: Path) -> None:
    text = text_of(site / "reference" / "command.html")
    for word in option.opts:
        assert word in text
    assert " ".join((option.help or "").split()) in text


@pytest.mark.parametrize("subject", ["list_runs_response", "run"])
def test_every_field_has_a_page(subject: str, site: Path) -> None:
    shape = load_contract("observed", "wire").shapes[subject]
    folder = {"list_runs_response": "page", "run": "run"}[subject]
    assert {path.stem for path in (site / "fields" / folder).glob("*.html")} == {*shape.properties}


def test_field_page_has_both_contracts_and_forms(site: Path) -> None:
    text = text_of(site / "fields" / "run" / "tool_choice.html")
    assert (
        "contract required value "
        "observed where the run is of v2 a string, an object or null; where it is a string: none , auto or required "
        "published always a string or an object; where it is a string: none , auto or required Example" in text
    )
    assert "undeclared-tool-choice warning The tool that the model has to use" in text
    text = text_of(site / "fields" / "run" / "started_at.html")
    assert (
        "observed · published always an integer or null "
        "observed , camelCase where the run is of v2 a date-time string of ISO 8601, an integer or null" in text
    )


def test_nested_fields_are_described() -> None:
    run = fields("observed", "wire", "run")
    described = {
        field.path: (field.required, field.value, [condition.text for condition in field.only])
        for name in ("required_action", "metadata", "tools")
        for field in run[name].all_inside()
    }
    assert described["required_action.type"] == ("always", "a string", [])
    waits = ["`type` is `submit_tool_outputs`"]
    assert described["required_action.submit_tool_outputs"] == ("always", "an object", waits)
    assert described["required_action.submit_tool_outputs.tool_calls[].type"] == ("always", "`function`", [])
    assert described["metadata.*"] == ("no", "a string", [])
    assert described["tools[].function"] == ("always", "an object", ["`type` is `function`"])
    searched = "tools[].file_search.ranking_options"
    assert described[f"{searched}.score_threshold"] == ("always", "a number, at least 0, at most 1", [])
    assert described[f"{searched}.ranker"] == ("no", "a string or null, of length 1 or more", [])


def test_differences_between_contracts() -> None:
    rows = [re.findall(r"\| \[`([^`]+)`\]\([^)]*\) \| (.*) \| (.*) \|$", line) for line in differences().splitlines()]
    described = {place: (observed, published) for row in rows for place, observed, published in row}
    assert described["first_id"] == ("a string or null", "a string")
    assert described["usage"] == ("required: where the run is of v2", "required: always")
    assert described["tools"] == ("an array, of at most 128 items", "an array, of at most 20 items")
    assert described["incomplete_details.reason"] == (
        "a string or null, of length 1 or more",
        "`max_completion_tokens` or `max_prompt_tokens`",
    )
    assert described["parallel_tool_calls"] == ("true or false or null", "true or false")
    assert {"status", "model", "has_more", "temperature"}.isdisjoint(described)


def test_evidence_table(site: Path) -> None:
    text = text_of(site / "contracts.html")
    assert "token-total-mismatch error held in 51 of 51 genuine usage objects" in text
    assert " not-json " not in text


def test_rule_page_shows_real_output(site: Path) -> None:
    for name in ("token-total-mismatch", "unprefixed-id", "overlapping-pages", "illegal-transition"):
        text = text_of(site / "rules" / f"{name}.html")
        assert re.search(rf"What you see ¶ \$ validate-runs samples/\S*{name}.* (error|warning|info) {name}: ", text)


def test_picture_shows_real_output() -> None:
    assert FILE.read_text("utf-8") == picture(), "python -m documentation.picture renews it"
    address = FILE.relative_to(ROOT).as_posix()
    assert f"]({address})" in (ROOT / "README.md").read_text("utf-8")
    assert f"]({address.removeprefix('docs/')})" in (ROOT / "docs" / "index.md").read_text("utf-8")


def test_sample_report_is_a_page(site: Path, pages: dict[Path, Anchored]) -> None:
    assert "assets/sample-report.html" in pages[site / "html.html"].loaded
    text = (site / "assets" / "sample-report.html").read_text("utf-8")
    assert '<span class="verdict Failed">Failed</span>' in text
    assert 'id="rule-ended-before-started"' in text


def test_rule_names_are_linked(site: Path) -> None:
    page = (site / "fixtures.html").read_text("utf-8")
    assert '<a href="rules/duplicate-run-id.html"><code>duplicate-run-id</code></a>' in page


def test_new_page_and_broken_link(tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    for path in (ROOT / "docs").rglob("*"):
        if path.is_file():
            (docs / path.relative_to(ROOT / "docs")).parent.mkdir(exist_ok=True)
            (docs / path.relative_to(ROOT / "docs")).write_bytes(path.read_bytes())
    links = "[the project](../examples/contract_test/server.py) and [nothing](nothing.md)"
    (docs / "new.md").write_text(f"# A new guide\n\nSee {links}.\n")
    settings = (ROOT / "mkdocs.yml").read_text("utf-8").replace("docs_dir: docs", f"docs_dir: {docs}")
    (tmp_path / "mkdocs.yml").write_text(settings.replace("documentation/hooks.py", f"{ROOT}/documentation/hooks.py"))
    done = build(tmp_path / "site", "--config-file", str(tmp_path / "mkdocs.yml"))
    (warning,) = warnings(done)
    assert (done.returncode, "nothing.md" in warning) == (1, True)
    assert "See the project and nothing" in text_of(tmp_path / "site" / "new.html")
    assert 'href="new.html"' in (tmp_path / "site" / "pytest.html").read_text("utf-8")


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    need_browser()
    with chromium(tmp_path_factory.mktemp("profile")) as one:
        yield one


@pytest.mark.tools
def test_site_in_a_folder_is_searched_without_a_network(browser: Browser, site: Path) -> None:
    browser.open(site / "index.html")
    browser.type(".md-search__input", "milliseconds")
    for _ in range(100):
        if found := browser.texts(".md-search-result h1"):
            break
        time.sleep(0.1)
    assert found[0] == "milliseconds"
    assert [address for address in browser.requests() if not address.startswith(("file://", "data:"))] == []
    assert browser.complaints() == []


@pytest.mark.tools
@pytest.mark.parametrize("page", ["index", "rules/index", "rules/token-total-mismatch", "live", "html", "changelog"])
def test_site_on_a_narrow_screen(browser: Browser, site: Path, page: str) -> None:
    browser.open(site / f"{page}.html", width=390)
    browser.settle()
    assert browser.run("document.documentElement.scrollWidth") <= 390


@pytest.mark.tools
@pytest.mark.parametrize("dark", [False, True])
def test_site_has_contrast(browser: Browser, site: Path, dark: bool) -> None:
    for page in ("index", "rules/token-total-mismatch"):
        browser.open(site / f"{page}.html", dark=dark)
        browser.run("localStorage.clear()")
        browser.open(site / f"{page}.html", dark=dark)
        assert browser.run("document.body.dataset.mdColorScheme") == ("slate" if dark else "default")
        assert [found for found in browser.violations() if found[0] in ("color-contrast", "link-in-text-block")] == []
