"""Values in words: nothing secret, nothing that a terminal would obey, nothing endless."""

import json
import re
import sys
from unicodedata import category

import pytest

from tests.support.hostile_cases import OBEYED
from tests.support.pages import page, run, summarize
from tests.support.tools import package
from validator.core.phrases import (
    Duration,
    Shown,
    Time,
    Verbatim,
    count,
    escape,
    file_name,
    find_similar,
    format_message,
    format_value,
    is_plain,
    join_and,
    join_or,
    safe_repr,
)


def test_control_characters_are_escaped() -> None:
    for character in map(chr, range(sys.maxunicode + 1)):
        if category(character) in OBEYED:
            spelt = escape(f"a{character}b")
            assert re.fullmatch(r"a(\\u[0-9a-f]{4}){1,2}b", spelt)
            assert json.loads(f'"{spelt}"') == f"a{character}b"


def test_escaped_characters_match_unicode_properties() -> None:
    """Another program's Unicode data, which is newer than that of most Pythons, names the same characters."""
    regex = package("regex")
    unsafe = regex.compile(r"[\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]")
    private_planes = 0xF0000
    characters = map(chr, range(private_planes))
    assert not [hex(ord(one)) for one in characters if (escape(one) != one) != bool(unsafe.fullmatch(one))]
    assert not [one for one in range(private_planes, sys.maxunicode + 1) if escape(chr(one)) == chr(one)]


def test_unassigned_tag_characters_are_escaped() -> None:
    assert escape("\U000e0002") == r"\udb40\udc02"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "null"),
        (True, "true"),
        (False, "false"),
        (0, "0"),
        (-7, "-7"),
        (1.0, "1.0"),
        (2.5e-7, "2.5e-07"),
        (1.7976931348623157e308, "1.7976931348623157e+308"),
        (10**70, "1" + "0" * 70),
        (2**239, str(2**239)),
        (2**240, "an integer of about 73 digits"),
        (10**4299, "an integer of about 4300 digits"),
        (-(10**999), "an integer of about 1000 digits"),
        ("", '""'),
        (Verbatim("line 3, column 7"), "line 3, column 7"),
        ("completed", "a string of 9 characters"),
        ("x", "a string of 1 character"),
        ({}, "an object of 0 keys"),
        ({"secret": 1}, "an object of 1 key"),
        ([], "an array of 0 items"),
        (["secret"], "an array of 1 item"),
        (Shown("completed"), '"completed"'),
        (Shown(""), '""'),
        (Shown("<id>"), '"<id>"'),
        (Shown("schema:type"), '"schema:type"'),
        (Shown("gpt-4o-mini-2024-07-18"), '"gpt-4o-mini-2024-07-18"'),
        (Shown("x" * 40), f'"{"x" * 40}"'),
        (Shown("x" * 41), "a string of 41 characters"),
        (Shown("two words"), "a string of 9 characters"),
        (Shown("caf\u00e9"), "a string of 4 characters"),
        (Shown("run_\u0430bc"), "a string of 7 characters"),
        (Shown("a\nb"), "a string of 3 characters"),
        (Shown("completed\n"), "a string of 10 characters"),
        ({1, 2}, "a set"),
        (Time(1_731_312_002), "1731312002 (2024-11-11 08:00:02 UTC)"),
        (Time(1_731_312_002.5), "1731312002.5 (2024-11-11 08:00:02 UTC)"),
        (Time("2024-11-11T08:00:02Z"), "2024-11-11T08:00:02Z"),  # type: ignore[arg-type]  # as documents may have it
        (Time(10**14), "100000000000000"),
        (Duration(0.25), "0.25 s"),
        (Duration(59), "59 s"),
        (Duration(60), "1 min"),
        (Duration(-61), "1 min 1 s"),
        (Duration(3_599), "59 min 59 s"),
        (Duration(3_600), "1 h"),
        (Duration(86_399), "23 h 59 min"),
        (Duration(86_400), "1 d"),
        (Duration(90_000), "1 d 1 h"),
    ],
)
def test_show_hides_values_that_may_be_secret(value: object, shown: str) -> None:
    assert format_value(value) == shown


@pytest.mark.parametrize(
    "secret",
    [
        "sk-proj-abc123",
        "my-sk-abc",
        "Bearer",
        "Bearer.abc",
        "eyJhbGciOiJIUzI1NiJ9.e30.x",
        "AKIAIOSFODNN7EXAMPLE",
        "ghp_16C7e42F292c6912E7",
    ],
)
def test_show_hides_credentials_in_names(secret: str) -> None:
    assert not is_plain(secret)
    assert format_value(Shown(secret)) == f"a string of {len(secret)} characters"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("two words", '"two words"'),
        ('say "hi"\n', '"say \\"hi\\"\\n"'),
        ("caf\u00e9", '"caf\u00e9"'),
        ("x" * 80, f'"{"x" * 80}"'),
        ("x" * 81, f'"{"x" * 80}" and 1 more character'),
        ("x" * 99, f'"{"x" * 80}" and 19 more characters'),
        (Shown("two words"), '"two words"'),
        ({"a": 1}, "an object of 1 key"),
    ],
)
def test_show_values_shows_texts_up_to_a_limit(value: object, shown: str) -> None:
    assert format_value(value, show_values=True) == shown


@pytest.mark.parametrize(
    ("file", "request_label", "shown"),
    [
        ("a/page.json", None, "a/page.json"),
        ("::error::.json", None, "./::error::.json"),
        ("-", "GET /runs 200", "<stdin>"),
        (None, "GET /runs 200", "GET /runs 200"),
        (None, "GET /\x1b 200", "GET /\\u001b 200"),
        (None, None, "<document>"),
    ],
)
def test_file_is_named(file: str | None, request_label: str | None, shown: str) -> None:
    assert file_name(file, request_label) == shown


def test_message_does_not_interpret_its_values() -> None:
    assert format_message("is {}, expected {}", (Shown("a"), 7)) == 'is "a", expected 7'
    assert format_message("is {}", ("secret",)) == "is a string of 6 characters"
    assert format_message("is {}", ("{} {0} {secret}",), show_values=True) == 'is "{} {0} {secret}"'
    assert format_message("is {}", ("\x1b[31m\u202e",), show_values=True) == r'is "\u001b[31m\u202e"'


@pytest.mark.parametrize(("words", "said_so"), [(["a"], "a"), (["a", "b"], "a or b"), (["a", "b", "c"], "a, b or c")])
def test_words_are_listed(words: list[str], said_so: str) -> None:
    assert join_or(words) == said_so
    assert join_and(words) == said_so.replace(" or ", " and ")
    assert count(len(words), "word") == f"{len(words)} word{'' if len(words) == 1 else 's'}"
    assert count(1_002, "run") == "1,002 runs"


def test_closest_word() -> None:
    assert find_similar("complete", ["cancelled", "completed"]) == "completed"
    assert find_similar("zebra", ["cancelled", "completed"]) is None
    assert find_similar("abcdef", ["abcdxy"]) is None


CANARY = "the canary sings of 4711 secrets"


def test_no_message_holds_text_of_the_document() -> None:
    """Free text stands in every field that may hold any, and in every field that may not."""
    texts = dict.fromkeys(
        ("id", "thread_id", "assistant_id", "status", "model", "started_at", "tools", "usage", "last_error", CANARY),
        CANARY,
    )
    invalid_fields = run(**texts, metadata={CANARY: 7}, tool_choice={"type": CANARY}, response_format=CANARY)
    wrong = run(
        instructions=CANARY,
        model="",
        last_error={"code": CANARY, "message": CANARY},
        incomplete_details={"reason": CANARY},
        tools=[
            {"type": CANARY},
            {"type": "function", "function": {"name": CANARY, "parameters": {"type": CANARY, CANARY: CANARY}}},
        ],
        tool_choice={"type": "function", "function": {"name": CANARY}},
        required_action={
            "type": CANARY,
            CANARY: {"tool_calls": [{"id": CANARY, "type": "function"}, {"id": CANARY, "type": CANARY}]},
        },
    )
    messages = summarize(page(invalid_fields, wrong, first_id=CANARY, last_id=CANARY, has_more=CANARY, object=CANARY))
    assert len(messages) > 20
    assert not [message for _, _, message in messages if "canary" in message or "4711" in message]


def test_message_length_is_limited() -> None:
    huge = {"prompt_tokens": 10**4000, "completion_tokens": -(10**4000), "total_tokens": 1}
    long = "x" * 100_000
    messages = summarize(page(run(usage=huge, id=long, status=long, metadata={long: long}, tools=[{"type": long}])))
    assert len(messages) > 3
    assert max(len(message) for _, _, message in messages) <= 200


class _WithoutRepr:
    def __repr__(self) -> str:
        raise RuntimeError


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a\x1b[31m", r"'a\x1b[31m'"),
        (7, "7"),
        (10**5000, "a value of type int"),
        (_WithoutRepr(), "a value of type _WithoutRepr"),
    ],
    ids=["control character", "number", "too many digits", "no repr"],
)
def test_option_is_printed_escaped_or_by_its_type(value: object, expected: str) -> None:
    assert safe_repr(value) == expected
