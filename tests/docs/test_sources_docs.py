"""The page about sources names every kind of file, and shows what the command really prints."""

import re

import pytest

from tests.support.commands import run
from tests.support.paths import ROOT, SOURCES
from validator.sources.detect import COMPRESSED_SUFFIXES, FORMATS

PAGE = (ROOT / "docs" / "sources.md").read_text("utf-8")
SHOWN = re.findall(r"```\n\$ validate-runs ([^\n]+)\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize(("words", "output"), SHOWN)
def test_what_the_page_shows_is_what_is_printed(words: str, output: str) -> None:
    assert run(*words.split(), cwd=ROOT).out == output


def test_every_kind_of_file_is_on_the_page_and_among_the_samples() -> None:
    assert {f"`{suffix}`" for suffix in (*FORMATS, *COMPRESSED_SUFFIXES)} <= {*re.findall(r"`\.[a-z]+`", PAGE)}
    names = [path.name.removesuffix(".gz").removesuffix(".zst") for path in SOURCES]
    assert {suffix for suffix in FORMATS if not any(name.endswith(suffix) for name in names)} == {".ndjson"}
