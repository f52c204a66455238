"""The page about sources names every kind of file, and shows what the command really prints."""

import re

import pytest

from tests.support.commands import run
from tests.support.paths import ROOT, SOURCES
from validator.sources.detect import COMPRESSED_SUFFIXES, FORMATS

PAGE = (ROOT / "docs" / "sources.md").read_text("utf-8")
SHOWN = re.findall(r"```\n\$ validate-runs ([^\n]+)\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize(("words", "output"), SHOWN)
def test_sources_page_shows_real_output(words: str, output: str) -> None:
    assert run(*words.split(), cwd=ROOT).out == output


def test_every_file_format_is_documented_and_sampled() -> None:
    assert {f"`{suffix}`" for suffix in (*FORMATS, *COMPRESSED_SUFFIXES)} <= {*re.findall(r"`\.[a-z]+`", PAGE)}
    names = [path.name.removesuffix(".gz").removesuffix(".zst") for path in SOURCES]
    assert {suffix for suffix in FORMATS if not any(name.endswith(suffix) for name in names)} == {".ndjson"}
