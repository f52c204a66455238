"""Random JSON texts in every spelling that the grammar allows, and random damage to them."""

import json
import random
from collections.abc import Callable

SPACES = ("", "", "", " ", "\n", "\t", "\r\n", " \n  ")
KEYS = ("", "a", "b", "id", "data", "a/b", "m~n", "k\u00e9y", "\U0001f642", "0", "1", 'quo"te', "back\\slash")
NUMBERS = ("0", "-0", "7", "-12", "1729418400", "1.0", "-0.5", "2.50e-3", "17E8", "1e+10", "9" * 40, "1e308", "5e-324")
ODD_NUMBERS = ("1e400", "-1E999", "NaN", "Infinity", "-Infinity", "9" * 250 + "e99", "1" * 310 + ".5", "1e-400")
WORDS = (
    "",
    "run_abc",
    "caf\u00e9",
    "\U0001f642",
    "a\u2028b",
    'say "hi"',
    "\\",
    "tab\there",
    "nul\0",
    "/slash/",
    "\x7f",
)
HALVES = (r'"\ud800"', r'"x\udc00y"', r'"\ud83d\u0041"', r'"\ude42\ud83d"')
DAMAGE = "{}[]\",:\\'0123456789eE+-.tfnNaInulrsx \t\n\r\0\x1f\x0b\u00a0\u00e9\ud800#/"


def random_text(chance: random.Random, *, odd: bool = False, depth: int = 5) -> str:
    """A JSON text; an odd one may repeat keys and hold numbers and strings that a strict reader objects to."""
    return _space(chance) + _value(chance, odd, depth) + _space(chance)


def damaged(chance: random.Random, text: str) -> str:
    """The text after one to three small changes; it may still be JSON."""
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(text) + 1)
        change: Callable[[str, int, random.Random], str] = chance.choice((_inserted, _replaced, _cut, _doubled))
        text = change(text, at, chance)
    return text


def _value(chance: random.Random, odd: bool, depth: int) -> str:
    kind = chance.randrange(8 if depth else 5)
    if kind == 0:
        return chance.choice(("true", "false", "null"))
    if kind in (1, 2):
        return chance.choice(NUMBERS + (ODD_NUMBERS if odd and chance.random() < 0.2 else ()))
    if kind in (3, 4):
        return chance.choice(HALVES) if odd and chance.random() < 0.1 else _string(chance, chance.choice(WORDS))
    return _object(chance, odd, depth) if kind > 5 else _array(chance, odd, depth)


def _array(chance: random.Random, odd: bool, depth: int) -> str:
    elements = [_space(chance) + _value(chance, odd, depth - 1) + _space(chance) for _ in range(chance.randrange(5))]
    return "[" + (",".join(elements) or _space(chance)) + "]"


def _object(chance: random.Random, odd: bool, depth: int) -> str:
    size = chance.randrange(6)
    keys = chance.choices(KEYS, k=size) if odd else chance.sample(KEYS, size)
    members = [
        f"{_space(chance)}{_string(chance, key)}{_space(chance)}:{_space(chance)}"
        f"{_value(chance, odd, depth - 1)}{_space(chance)}"
        for key in keys
    ]
    return "{" + (",".join(members) or _space(chance)) + "}"


def _string(chance: random.Random, content: str) -> str:
    return json.dumps(content, ensure_ascii=chance.random() < 0.5)


def _space(chance: random.Random) -> str:
    return chance.choice(SPACES)


def _inserted(text: str, at: int, chance: random.Random) -> str:
    return text[:at] + chance.choice(DAMAGE) + text[at:]


def _replaced(text: str, at: int, chance: random.Random) -> str:
    return text[:at] + chance.choice(DAMAGE) + text[at + 1 :]


def _cut(text: str, at: int, chance: random.Random) -> str:
    return text[:at] + text[at + chance.randint(1, 4) :]


def _doubled(text: str, at: int, chance: random.Random) -> str:
    return text[: at + chance.randint(1, 6)] + text[at:]
