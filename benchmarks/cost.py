"""Measure what a process costs."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import NamedTuple

_BETWEEN = """
import json, resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([used.ru_utime + used.ru_stime, used.ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)]))
"""
"""A small process in between: what is started by a large one counts as large as that."""


class Cost(NamedTuple):
    """The processor time and memory of a process and those that it started."""

    seconds: float
    """Processor time."""
    megabytes: float
    """The largest resident memory of any of them."""


def cost(*words: str) -> Cost:
    """Run a command to its end, without its output, and return its cost."""
    done = subprocess.run([sys.executable, "-c", _BETWEEN, *words], capture_output=True, check=True)
    return Cost(*json.loads(done.stdout))
