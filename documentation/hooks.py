"""Hooks that MkDocs calls to build the site: they add pages made from the code and complete written ones."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.pages import Page

from documentation import command_page, evidence, field_pages, library_page, rule_pages, sample_report
from documentation.session import ROOT
from validator.rules.registry import BY_NAME
from validator.version import __version__

COPIED = {
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "examples/contract_test/README.md": "examples/contract-test.md",
}
"""Files outside of the folder of the documentation that are pages of the site, too."""
SHOWN = {**COPIED, "validator/rules": "rules/index.md"}
"""The same, and files that the site shows in another form."""
INSERTED: dict[str, Callable[[], str]] = {
    "differences": field_pages.differences,
    "evidence": evidence.evidence,
    "sample_report": sample_report.sample_report,
    "version": lambda: __version__,
}
"""The text that replaces `<!-- insert: NAME -->`."""
_LINK = re.compile(r"\[([^\]]+)\]\((\.\./[^)#\s]*)(#[^)\s]*)?\)")
_RULE = re.compile(
    r"^```.*?^```$|^ +```.*?^ +```$|^#[^\n]*|\[[^\]]*\]\([^)]*\)|`(?P<rule>[a-z][\w:-]*)`", re.DOTALL | re.MULTILINE
)
"""The name of a rule, or text in which names stay as they are: a block, a heading, a link."""


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Complete the navigation with rules, fields, and guides that are not in it yet."""
    nav: list[Any] = config.nav or []
    sections = {title: entries for section in nav for title, entries in section.items()}
    sections["Guides"] += _unplaced(Path(config.docs_dir), nav)
    sections["Rules"] += rule_pages.contents()
    sections["Fields"] += field_pages.contents()
    return config


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """Add the pages that are made from the code, and those that are kept elsewhere."""
    for module in (rule_pages, field_pages, command_page, library_page):
        for path, text in module.pages():
            files.append(File.generated(config, path, content=text, inclusion=InclusionLevel.INCLUDED))
    for origin, path in COPIED.items():
        text = (ROOT / origin).read_text("utf-8")
        files.append(File.generated(config, path, content=text, inclusion=InclusionLevel.INCLUDED))
    report = sample_report.report()
    files.append(File.generated(config, sample_report.FILE, content=report, inclusion=InclusionLevel.INCLUDED))
    return files


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Insert generated text, and point links to files outside of the documentation to their pages."""
    del config, files
    text = re.sub(r"<!-- insert: (\w+) -->", lambda found: INSERTED[found[1]](), markdown)
    here = PurePosixPath(page.file.src_uri).parent
    return _RULE.sub(lambda found: _linked(found, page, here), _LINK.sub(lambda found: _relinked(found, here), text))


def _linked(found: re.Match[str], page: Page, here: PurePosixPath) -> str:
    """Return the name of a rule in running text as a link to its page, except on that page."""
    rule = BY_NAME.get(found["rule"] or "")
    if rule is None or page.file.src_uri == (path := f"rules/{rule_pages.slug(rule)}.md"):
        return found[0]
    return f"[{found[0]}]({'../' * len(here.parts)}{path})"


def _relinked(link: re.Match[str], here: PurePosixPath) -> str:
    """Return a link out of the documentation as a link to the page of that file, or else its text."""
    text, address, anchor = link[1], link[2], link[3] or ""
    target = _normal(PurePosixPath("docs") / here / address)
    if target.startswith("docs/"):
        return link[0]
    return f"[{text}]({'../' * len(here.parts)}{SHOWN[target]}{anchor})" if target in SHOWN else text


def _normal(path: PurePosixPath) -> str:
    parts: list[str] = []
    for part in path.parts:
        if part == "..":
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)


def _unplaced(folder: Path, nav: list[Any]) -> list[str]:
    """Return the pages that are not in the navigation."""
    placed = set(_pages_in(nav))
    found = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.md"))
    return [path for path in found if path not in placed]


def _pages_in(nav: Any) -> Iterator[str]:
    if isinstance(nav, str):
        yield nav
        return
    for entry in nav.values() if isinstance(nav, dict) else nav:
        yield from _pages_in(entry)
