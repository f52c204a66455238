"""The man page says what the command says.

`--snapshot-update` renews it.
"""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import click
import pytest

from tests.support.paths import ROOT
from tests.support.tools import command as program
from tests.support.tools import package
from validator import __version__
from validator.cli.command import command
from validator.cli.params import long_options

PAGE = ROOT / "docs" / "validate-runs.1"
DATE = re.compile('(?<=^.TH "VALIDATE-RUNS" "1" )"[0-9-]+"')


@pytest.mark.filterwarnings("ignore:.*make_default_short_help:DeprecationWarning")  # click-man calls it
def test_man_page_matches_the_command(renew: Callable[[Path, str], None]) -> None:
    core = package("click_man.core")
    context = click.Context(command, info_name="validate-runs", max_content_width=100)
    written = core.generate_man_page(context, version=__version__) + "\n"
    if DATE.sub("", PAGE.read_text("utf-8")) != DATE.sub("", written):
        renew(PAGE, written)
    assert DATE.sub("", PAGE.read_text("utf-8")) == DATE.sub("", written)


@pytest.mark.tools
def test_mandoc_accepts_man_page() -> None:
    words = [program("mandoc"), "-Tlint", "-Wwarning", str(PAGE)]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=30)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    words = [program("mandoc"), "-Tascii", str(PAGE)]
    shown = subprocess.run(words, capture_output=True, text=True, check=True, timeout=30).stdout
    plain = re.sub(".\b", "", shown)
    assert [name for name in long_options(command) if not re.search(rf"^ .*--{name}\b", plain, re.MULTILINE)] == []
