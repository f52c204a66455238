"""The lines of an archive that are a sound run each, told at a glance: nearly all of them.

What is let pass here has gone through the same parser, the same verdict and the same rules as everything else. Whatever
is not accepted at once is a document like any other.
"""

from __future__ import annotations

from validator.checked import Sound
from validator.parse import accept_moderate, may_overflow
from validator.passes import Checks
from validator.rule_pass import is_sound
from validator.sources.json_lines import Screen


def screen(checks: Checks) -> Screen | None:
    """The screen of these checks; None where it would let nothing pass."""
    settings = checks.settings
    if settings.form == "sdk" or settings.expect == "page" or settings.outlines or accept_moderate is None:
        return None
    read, unremarkable, rules = accept_moderate, checks.unremarkable("wire"), checks.rest

    def screened(block: bytes, lines: list[bytes]) -> tuple[list[int], Sound]:
        if may_overflow(block):
            return list(range(len(lines))), Sound(0, 0)
        doubtful = [index for index, line in enumerate(lines) if not _is_sound(line)]
        sound = len(lines) - len(doubtful)
        return doubtful, Sound(sound, sound)

    def _is_sound(line: bytes) -> bool:
        try:
            run = read(line)
            return (
                type(run) is dict and run.get("object") == "thread.run" and unremarkable(run) and is_sound(run, rules)
            )
        except (Exception, SystemExit):  # whatever it is, a look will tell
            return False

    return screened
