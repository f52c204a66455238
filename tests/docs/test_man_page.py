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
from validator.cli.live import live
from validator.cli.params import long_options

COMMANDS = {"validate-runs": command, "validate-runs-live": live}
PAGES = {name: ROOT / "docs" / f"{name}.1" for name in COMMANDS}
DATE = re.compile('(?<=^.TH )("[A-Z-]+" "1" )"[0-9-]+"')


@pytest.mark.filterwarnings("ignore:.*make_default_short_help:DeprecationWarning")  # click-man calls it
@pytest.mark.parametrize("name", COMMANDS)
def test_man_page_matches_the_command(name: str, renew: Callable[[Path, str], None]) -> None:
    core = package("click_man.core")
    context = click.Context(COMMANDS[name], info_name=name, max_content_width=100)
    written = core.generate_man_page(context, version=__version__) + "\n"
    kept = PAGES[name].read_text("utf-8") if PAGES[name].exists() else ""
    if DATE.sub(r"\1", kept) != DATE.sub(r"\1", written):
        renew(PAGES[name], written)
    assert DATE.sub(r"\1", PAGES[name].read_text("utf-8")) == DATE.sub(r"\1", written)


@pytest.mark.tools
@pytest.mark.parametrize("name", COMMANDS)
def test_mandoc_accepts_man_page(name: str) -> None:
    words = [program("mandoc"), "-Tlint", "-Wwarning", str(PAGES[name])]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=30)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    words = [program("mandoc"), "-Tascii", str(PAGES[name])]
    shown = subprocess.run(words, capture_output=True, text=True, check=True, timeout=30).stdout
    plain = re.sub(".\b", "", shown)
    assert [
        option for option in long_options(COMMANDS[name]) if not re.search(rf"^ .*--{option}\b", plain, re.MULTILINE)
    ] == []
