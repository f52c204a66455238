"""The page about live checks: its table of statements follows from the code, and its commands do what they show.

`--snapshot-update` renews the table.
"""

import re
from collections.abc import Callable
from pathlib import Path

from documentation.statements import statements
from tests.support.paths import ROOT

FILE = ROOT / "docs" / "live.md"
TABLE = re.compile(
    r"(?<=<!-- statements: tests/docs/test_live_docs.py renews this table -->\n\n).*?(?=\n\n)", re.DOTALL
)


def test_page_has_every_statement(renew: Callable[[Path, str], None]) -> None:
    text = FILE.read_text("utf-8")
    renew(FILE, TABLE.sub(lambda _: statements(), text))
    assert TABLE.findall(FILE.read_text("utf-8")) == [statements()]
