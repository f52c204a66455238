"""Prints what the pytest plugin adds to the start of pytest, in units of `python -c pass`, measured in one run.

python benchmarks/plugin.py
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROUNDS = 25
PASS = (sys.executable, "-c", "pass")
PYTEST = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider")


def seconds(*arguments: str, folder: str) -> float:
    """How long a process takes; no plugin is loaded in it but those that are named."""
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    begin = time.perf_counter()
    subprocess.run(arguments, cwd=folder, env=environment, capture_output=True, check=True)
    return time.perf_counter() - begin


def plugin_bar() -> None:
    """A session of one test that does nothing, with the plugin and without."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "test_nothing.py").write_text("def test_nothing(): pass\n")
        seconds(*PYTEST, "-p", "validator.pytest_plugin", folder=folder)
        rounds = [
            (
                seconds(*PASS, folder=folder),
                seconds(*PYTEST, folder=folder),
                seconds(*PYTEST, "-p", "validator.pytest_plugin", folder=folder),
            )
            for _ in range(ROUNDS)
        ]
    print("\ntimes `python -c pass`\n\n| what | figure | bar |\n|---|---|---|")
    print(f"| pytest with one test | {statistics.median(plain / unit for unit, plain, _ in rounds):.2f} | |")
    added = statistics.median((loaded - plain) / unit for unit, plain, loaded in rounds)
    print(f"| the plugin on top of it | {added:.2f} | at most 1.0 |")


if __name__ == "__main__":
    plugin_bar()
