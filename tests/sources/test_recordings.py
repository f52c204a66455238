"""HAR files and cassettes: the runs in them, placed where they stand in the file."""

import base64
import gzip
import json
import time
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from backports import zstd

from tests.support.commands import Ran, run
from tests.support.pages import PAGE, RUN
from tests.support.recordings import (
    BAD_PAGE,
    LIST,
    QUOTED,
    URL,
    WRONG,
    errors,
    har,
    interaction,
    messages,
    packed_place,
    places,
    position,
    problems,
    skipped,
)
from validator import UncheckedRunsWarning, validate
from validator.core.exchange import Request
from validator.core.options import MAX_BYTES
from validator.sources.document import Document, SkippedRecords
from validator.sources.files import read_paths

ESCAPED = {**BAD_PAGE, "note": 'tab\t "quoted" back\\slash / \u00e9 \u4e16 \U0001f642 \x01'}


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("ensure_ascii", [True, False])
def test_har_places_through_escapes(tmp_path: Path, indent: int | None, ensure_ascii: bool) -> None:
    note, page = ESCAPED["note"], json.dumps(ESCAPED, indent=indent, ensure_ascii=False)
    text = json.dumps(
        har(json.dumps({"note": note}), json.dumps({"n": note, **ESCAPED}), page), ensure_ascii=ensure_ascii, indent=1
    )
    (tmp_path / "a.har").write_text(text, encoding="utf-8")
    (tmp_path / "a.json").write_text(text, encoding="utf-8")
    expected = [
        (1, "not-a-run-list", *position(text, r'"{\"note', 0)),
        (2, "first-id-mismatch", *position(text, rf"\"{WRONG}")),
        (3, "first-id-mismatch", *position(text, rf"\"{WRONG}", 1)),
    ]
    expected[0] = (*expected[0][:3], expected[0][3] + 1)
    assert places(tmp_path / "a.har") == places(tmp_path / "a.json") == expected


@pytest.mark.parametrize("style", ["'", '"', "|", ">", None])
@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("has_libyaml", [True, False])
def test_cassette_places_in_every_scalar_style(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, style: str | None, indent: int | None, has_libyaml: bool
) -> None:
    if not has_libyaml:
        monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    page = {**BAD_PAGE, "note": "it's \u00e9 \U0001f642"}
    body = json.dumps(page, indent=indent, ensure_ascii=False)

    class Styled(str):
        pass

    class Dumper(yaml.SafeDumper):
        pass

    Dumper.add_representer(Styled, lambda dumper, data: dumper.represent_scalar("tag:yaml.org,2002:str", data, style))
    recorded = {"interactions": [interaction("{}", "https://x.example/v1/models"), interaction(Styled(body))]}
    text = yaml.dump(recorded, Dumper=Dumper, allow_unicode=style != '"')
    (tmp_path / "a.yaml").write_text(text, encoding="utf-8")
    ((record, rule, line, column),) = places(tmp_path / "a.yaml")
    assert (record, rule) == (2, "first-id-mismatch")
    rest = text.split("\n")[(line or 0) - 1][(column or 0) - 1 :]
    assert rest.startswith((QUOTED, f"\\{QUOTED[:-1]}", '\\"\\'))


ESCAPES = r"""
"{\"instructions\": \"\x41\u0042\U00000043\/\\\\\e\a\b\v\0\_\N\L\P\", \"first_id\": \"run_X\", \"data\": [], \
    \ \"has_more\": false, \"last_id\": null, \"object\": \"list\"}"
"""


def test_yaml_escapes(tmp_path: Path) -> None:
    response = f"{{status: {{code: 200}}, body: {{string: {ESCAPES.strip()}}}}}"
    text = f"interactions:\n- request: {{method: GET, uri: {URL}}}\n  response: {response}\n"
    (tmp_path / "a.yml").write_text(text)
    assert places(tmp_path / "a.yml") == [(1, "not-json", *position(text, r"\e"))]
    text = text.replace(r"\e\a\b\v\0", "")
    (tmp_path / "a.yml").write_text(text)
    assert places(tmp_path / "a.yml") == [(1, "empty-page-ids", *position(text, r"\"run_X"))]


def test_compressed_body_has_one_place(tmp_path: Path) -> None:
    data = json.dumps(BAD_PAGE).encode()
    packed = [
        (data, ""),
        (gzip.compress(data), "gzip"),
        (zstd.compress(data), "zstd"),
        (zlib.compress(data), "deflate"),
    ]
    recorded = {"interactions": [interaction(body, **{"Content-Encoding": coding}) for body, coding in packed]}
    text = yaml.safe_dump(recorded)
    (tmp_path / "a.yaml").write_text(text)
    assert places(tmp_path / "a.yaml") == [(n + 1, "first-id-mismatch", *packed_place(text, n)) for n in range(4)]
    whole = har(base64.b64encode(data).decode(), encoding="base64")
    text = json.dumps(whole, indent=2)
    (tmp_path / "a.har").write_text(text)
    line, column = position(text, '"text": "')
    assert places(tmp_path / "a.har") == [(1, "first-id-mismatch", line, column + len('"text": "'))]


def test_damaged_bodies_hide_no_other_call(tmp_path: Path) -> None:
    good = interaction(json.dumps(RUN))
    recorded = {
        "interactions": [
            interaction(gzip.compress(b"{}" * 99)[:-9]),
            interaction(zlib.compress(b"{}")[:4] + b"x" * 20, **{"content-encoding": "deflate"}),
            interaction(b"\x8b\x00\x80{}\x03", **{"content-encoding": "br"}),
            *({**good, "response": {**good["response"], "body": {"base64_string": it}}} for it in ("!", "e30\u00e9")),
            interaction(json.dumps(BAD_PAGE)),
        ]
    }
    (tmp_path / "a.yaml").write_text(yaml.safe_dump(recorded))
    assert messages(tmp_path / "a.yaml") == [
        (1, "broken-compression ends before its compressed data does"),
        (2, "broken-compression does not unpack: its data is damaged"),
        (3, "broken-compression is compressed with brotli, which is not supported"),
        *((n, "broken-recording is not valid base64") for n in (4, 5)),
        (6, f'first-id-mismatch is "{WRONG}", but the first run in data is "{RUN["id"]}"'),
    ]


@pytest.mark.parametrize("pack", [lambda data: data, gzip.compress, zlib.compress])
def test_compressed_body_above_size_limit(tmp_path: Path, pack: Callable[[bytes], bytes]) -> None:
    data = pack(b"[" + b" " * 100_000 + b"]")
    recorded = {"interactions": [interaction(data, **{"content-encoding": "deflate"})]}
    (tmp_path / "a.json").write_text(json.dumps(recorded, default=lambda _: None))
    text = yaml.safe_dump(recorded)
    (tmp_path / "a.yaml").write_text(text)
    assert problems(tmp_path / "a.yaml", 90_000) == ["too-large"]


def test_compressed_bodies_share_a_budget(tmp_path: Path) -> None:
    packed = gzip.compress(gzip.compress(b"[" + b" " * 60_000 + b"]"))
    recorded = har(*[base64.b64encode(packed).decode()] * 20, encoding="base64")
    for entry in recorded["log"]["entries"]:
        entry["response"]["headers"] = [{"name": "Content-Encoding", "value": "gzip, gzip"}]
    recorded["log"]["entries"] += har(json.dumps(BAD_PAGE))["log"]["entries"]
    (tmp_path / "a.har").write_text(json.dumps(recorded))
    assert problems(tmp_path / "a.har", 65_536) == [None] * 4 + ["too-large"] * 16 + [None]
    lines = run("-f", "concise", "--max-bytes", "65536", tmp_path / "a.har").out.splitlines()
    reason = "the bodies of this recording have more than 262144 bytes together (--max-bytes)"
    assert {line.partition(": ")[2] for line in lines[4:20]} == {f"error too-large: the response is not read: {reason}"}


def test_plain_bodies_share_a_budget(tmp_path: Path) -> None:
    first = json.dumps(interaction("[1]" + " " * 20_000)).replace('"body": {', '"body": &body {')
    assert first.count("&body") == 1
    other = json.dumps(interaction(None)).replace('{"string": null}', "*body")
    packed = json.dumps(interaction("")).replace(
        '"string": ""', f'"base64_string": "{base64.b64encode(b"[]").decode()}"'
    )
    calls = "".join(f"- {call}\n" for call in [first, *[other] * 19, packed])
    (tmp_path / "a.yaml").write_text(f"interactions:\n{calls}")
    assert problems(tmp_path / "a.yaml", 110_000) == [None] * 5 + ["too-large"] * 15 + [None]
    assert messages(tmp_path / "a.yaml")[5][1].startswith("not-a-run-list")


def test_stream_in_recording_places(tmp_path: Path) -> None:
    datas = json.dumps(RUN), json.dumps({**RUN, "object": WRONG})
    events = "".join(f"event: thread.run.completed\ndata: {data}\n\n" for data in datas) + "event: done\ndata:\n\n"
    text = json.dumps(har(events), indent=1)
    (tmp_path / "a.har").write_text(text)
    assert places(tmp_path / "a.har") == [(1, "schema:const", *position(text, rf"\"{WRONG}"))]
    text = yaml.safe_dump({"interactions": [interaction(events.encode() + b"\xff", method="POST")]})
    (tmp_path / "a.yaml").write_text(text)
    assert places(tmp_path / "a.yaml") == [(1, "schema:const", *packed_place(text, 0))]


def seconds(path: Path) -> float:
    """The processor time that checking a file takes."""
    began = time.process_time()
    assert validate(path).findings
    return time.process_time() - began


def test_stream_in_recording_takes_linear_time(tmp_path: Path) -> None:
    delta = f"event: thread.message.delta\ndata: {'x' * 1_000_000}\n\n"
    for name, number in (("few.har", 1), ("many.har", 50)):
        events = f"event: thread.run.completed\ndata: {json.dumps({**RUN, 'object': 'x'})}\n\n" * number
        (tmp_path / name).write_text(json.dumps(har(delta + events)))
    assert seconds(tmp_path / "many.har") < 10 * seconds(tmp_path / "few.har")


def test_lists_in_lists_of_a_recording_take_linear_time(tmp_path: Path) -> None:
    stub: dict[str, Any] = {"responses": [{"is": {"body": {}}}]}
    listed = {"predicates": [{"equals": {"path": LIST}}], "responses": [{"is": {"body": BAD_PAGE}}]}
    for name, number in (("few.json", 100), ("many.json", 2_000)):
        (tmp_path / name).write_text(json.dumps({"imposters": [{"stubs": [*[stub] * number, listed]}]}))
    assert seconds(tmp_path / "many.json") < 100 * seconds(tmp_path / "few.json")


def test_event_with_many_findings_takes_linear_time(tmp_path: Path) -> None:
    text = json.dumps({**PAGE, "data": [{**RUN, "id": f"run_{n}", "object": "x"} for n in range(800)]}, indent=0)
    (tmp_path / "a.json").write_text(text)
    lines = text.replace("\n", "\ndata: ")
    (tmp_path / "a.sse").write_text(f"event: thread.run.completed\ndata: {lines}\n\n")
    assert seconds(tmp_path / "a.sse") < 3 * seconds(tmp_path / "a.json")


def test_calls_without_runs_are_counted(tmp_path: Path) -> None:
    thread = URL.removesuffix("/runs")
    body = json.dumps(BAD_PAGE)
    checked_urls = [
        f"{thread}/runs",
        f"{thread}/runs/?limit=2&limit=3&after=x",
        f"{thread}/runs/run_1",
        f"{thread}/runs/run_1/cancel",
        f"{thread}/runs/run_1/submit_tool_outputs",
        "https://x.example/openai/threads/runs?api-version=1",
    ]
    skipped_urls = [
        f"{thread}/runs/run_1/steps",
        f"{thread}/messages",
        thread,
        "https://[x/threads/a/runs/b/c",
        "about:blank",
    ]
    calls = [har(body, url=url)["log"]["entries"][0] for url in (*checked_urls, *skipped_urls)]
    failed = har(body)["log"]["entries"][0]
    failed["response"]["status"] = 404
    silent = har(body)["log"]["entries"][0]
    del silent["response"]["content"]["text"]
    file = tmp_path / "a.har"
    file.write_text(json.dumps({"log": {"entries": [*calls, failed, silent]}}))
    lost = "1 call for runs was recorded without its body"
    elsewhere = "5 calls for runs were made to another path than /threads/ID/runs"
    with pytest.warns(UncheckedRunsWarning, match=f"^{file}: {lost}, {elsewhere}$"):
        assert [record for record, rule, *_ in places(file) if rule == "first-id-mismatch"] == [1, 2, 3, 4, 5, 6]
    reasons = (elsewhere, "1 call for runs was answered with 404", lost)
    assert skipped(file) == [SkippedRecords(str(file), 7, reasons, f"{lost}, {elsewhere}")]
    second = [item for item in read_paths([str(file)], MAX_BYTES) if isinstance(item, Document)][1]
    assert second.origin is not None
    assert second.origin.request == Request(
        "GET", f"/v1/threads/{RUN['thread_id']}/runs/", {"limit": "2", "after": "x"}
    )
    why = ", ".join(reasons)
    warning = f"validate-runs: {file}: 7 records without runs skipped: {why}\n"
    assert run("-v", str(file)).err == warning


def test_recording_without_runs_is_an_error_if_named(tmp_path: Path) -> None:
    (tmp_path / "a.har").write_text(json.dumps(har("{}", url="https://x.example/")))
    (tmp_path / "docker-compose.yaml").write_text("services: {}\n")
    (tmp_path / "broken.yml").write_text("a: [b\n")
    assert errors(tmp_path / "a.har") == ["nothing to check: its only call returns no runs"]
    assert run("-q", str(tmp_path)).code == 2
    (tmp_path / "page.json").write_text(json.dumps(PAGE))
    assert run(str(tmp_path)) == Ran(0, "ok: 2 runs in 1 document\n", "")


@pytest.mark.parametrize(
    "text",
    [
        yaml.safe_dump(PAGE),
        yaml.safe_dump({"responses": [{"response": {"body": json.dumps(PAGE), "status": 200}}]}),
        yaml.safe_dump({"body": json.dumps(PAGE, indent=1)}, default_style='"', width=40),
        "<<<<<<< HEAD\n---\n" + yaml.safe_dump(PAGE),
    ],
)
@pytest.mark.parametrize("options", [(), ("-v",)])
def test_other_yaml_with_runs_in_a_folder_is_named(tmp_path: Path, text: str, options: tuple[str, ...]) -> None:
    (tmp_path / "page.json").write_text(json.dumps(PAGE))
    (tmp_path / "a.yaml").write_text(text)
    skipped_file = f"{tmp_path / 'a.yaml'}: skipped: it seems to hold runs, but is not a VCR cassette"
    result = run(*options, str(tmp_path))
    assert (result.code, result.err) == (0, f"validate-runs: {skipped_file}\n")


def test_cassette_that_git_lfs_has_not_fetched_never_passes(tmp_path: Path) -> None:
    (tmp_path / "page.json").write_text(json.dumps(PAGE))
    file = tmp_path / "a.yaml"
    file.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a2146\nsize 12345\n")
    ok = "ok: 2 runs in 1 document\n"
    skipped_file = f"validate-runs: {file}: skipped: Git LFS has not fetched it (git lfs pull)\n"
    assert run(str(tmp_path)) == Ran(0, ok, skipped_file)
    pointer = "not-json is a Git LFS pointer (git lfs pull fetches the file), but a JSON document was expected"
    assert messages(file) == [(None, pointer)]


@pytest.mark.parametrize("text", ["object: thread.run.step\n", "name: thread.run\n", "object: thread.running\n"])
def test_yaml_without_runs_in_a_folder_is_not_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "page.json").write_text(json.dumps(PAGE))
    (tmp_path / "a.yaml").write_text(text)
    assert run(str(tmp_path)) == Ran(0, "ok: 2 runs in 1 document\n", "")


def test_broken_yaml_with_runs_in_a_folder_is_a_finding(tmp_path: Path) -> None:
    text = yaml.safe_dump({"interactions": [interaction(json.dumps(PAGE))]})
    (tmp_path / "a.yaml").write_text(f"{text}]\n")
    result = run("-f", "concise", str(tmp_path))
    fault = f"{tmp_path / 'a.yaml'}:{text.count(chr(10)) + 1}:1: error broken-recording: the file is not valid YAML"
    assert (result.code, result.out.startswith(fault)) == (1, True)


def test_second_document_of_a_cassette_is_a_finding(tmp_path: Path) -> None:
    text = yaml.safe_dump({"interactions": [interaction(json.dumps(BAD_PAGE))]})
    (tmp_path / "a.yaml").write_text(f"---\n{text}---\n{text}")
    found = [(rule, line, column) for _, rule, line, column in places(tmp_path / "a.yaml")]
    second = ("broken-recording", text.count("\n") + 2, 1)
    assert (found[0][0], found[1:]) == ("first-id-mismatch", [second])
    (tmp_path / "a.yaml").write_text(f"---\n{text}...\n")
    assert [rule for _, rule, *_ in places(tmp_path / "a.yaml")] == ["first-id-mismatch"]


_CASSETTE = "interactions:\n- " + json.dumps(interaction(json.dumps(BAD_PAGE))) + "\n"
_MAPPING = json.dumps({"request": {"method": "GET", "url": LIST}, "response": {"status": 200, "jsonBody": 0}})


@pytest.mark.parametrize(
    ("name", "text", "key", "pointer"),
    [
        ("a.yaml", f"{_CASSETTE}interactions: []\n", "interactions", ""),
        (
            "a.yaml",
            _CASSETTE.replace('{"string"', f'{{"string": {json.dumps(json.dumps(PAGE))}, "string"'),
            '"string"',
            "",
        ),
        ("a.har", json.dumps(har(json.dumps(BAD_PAGE)))[:-2] + ', "entries": []}}', '"entries"', "/log/entries"),
        (
            "a.json",
            _MAPPING.replace("0}", f'{json.dumps(BAD_PAGE)}, "jsonBody": {json.dumps({**PAGE, "data": []})}}}'),
            '"jsonBody"',
            "/response/jsonBody",
        ),
    ],
)
def test_key_that_a_recording_repeats_is_a_finding(
    tmp_path: Path, name: str, text: str, key: str, pointer: str
) -> None:
    """The value that does not count may hold runs; also where the file was found in a folder."""
    file = tmp_path / name
    file.write_text(text)
    for path in (file, tmp_path):
        found = [finding for finding in validate(path).findings if finding.rule == "duplicate-key"]
        places = [(each.record, each.severity, each.pointer, each.line, each.column) for each in found]
        assert places == [(None, "error", pointer, *position(text, key, 1))]
        name = "a key that" if pointer else f'the key "{key.strip(chr(34))}", which'
        assert found[0].message.startswith(f"repeats {name} stands at ")


def test_repeated_keys_in_and_beside_bodies(tmp_path: Path) -> None:
    page = json.dumps(PAGE)[:-1] + ', "has_more": false}'
    file = tmp_path / "a.json"
    file.write_text(_MAPPING.replace("0}", f"{page}}}"))
    assert [(record, rule) for record, rule, *_ in places(file)] == [(1, "duplicate-key")]  # once, in its document
    merged = json.dumps(interaction(json.dumps(PAGE)))
    cassette = f"a: &a {{}}\nb: {{<<: *a, <<: *a, ? [], ? []}}\ninteractions:\n- {merged}\n"
    (tmp_path / "b.yaml").write_text(cassette)
    assert places(tmp_path / "b.yaml") == []
    (tmp_path / "b.yaml").write_text(cassette + "c: {" + ", ".join(["d: 1"] * 9) + "}\n")
    assert [rule for _, rule, *_ in places(tmp_path / "b.yaml")] == ["duplicate-key"] * 5


def test_repeated_names_of_headers_are_valid(tmp_path: Path) -> None:
    call = interaction(json.dumps(PAGE), a="x", b="y")
    for name, text in (
        ("a.yaml", yaml.safe_dump({"interactions": [call]})),
        ("a.json", json.dumps({"interactions": [call]})),
    ):
        twice = text.replace('"b": [', '"a": [').replace("      b:", "      a:")
        assert twice != text
        (tmp_path / name).write_text(twice)
        assert places(tmp_path / name) == []


def test_repeated_key_of_a_recording_of_something_else(tmp_path: Path) -> None:
    (tmp_path / "page.json").write_text(json.dumps(PAGE))
    other = interaction('{"object": "thread.run.step"}', "https://x.example/v1/models")
    (tmp_path / "a.yaml").write_text(f"interactions:\n- {json.dumps(other)}\ninteractions: []\n")
    assert run(str(tmp_path)) == Ran(0, "ok: 2 runs in 1 document\n", "")
    assert [rule for _, rule, *_ in places(tmp_path / "a.yaml")] == ["duplicate-key"]


@pytest.mark.parametrize("size", [1, 100, 10**6])
def test_chunks_of_polly_are_one_body(tmp_path: Path, size: int) -> None:
    packed = gzip.compress(json.dumps(BAD_PAGE).encode())
    chunks = [base64.b64encode(packed[at : at + size]).decode() for at in range(0, len(packed), size)]
    text = json.dumps(chunks, separators=(",", ":"))
    recording = har(text, encoding="base64")
    (tmp_path / "recording.har").write_text(json.dumps(recording))
    assert [rule for _, rule, *_ in places(tmp_path / "recording.har")] == ["first-id-mismatch"]


def test_chunks_that_are_not_base64_are_broken(tmp_path: Path) -> None:
    (tmp_path / "recording.har").write_text(json.dumps(har('["e30","e3="]', encoding="base64")))
    assert [rule for _, rule, *_ in places(tmp_path / "recording.har")] == ["broken-recording"]


def test_broken_recordings(tmp_path: Path) -> None:
    for name, text, expected in (
        ("a.har", "{}", (1, 1, "is not a HAR: it has no list `log.entries`")),
        ("b.yaml", "a: [b\nc: d", (2, 2, "is not valid YAML from here on")),
        ("c.yaml", "a: \x01", (1, 4, "is not valid YAML from here on")),
        ("d.yaml", "- a", (1, 1, "is not a VCR cassette: it has no list `interactions` or `http_interactions`")),
        ("e.yaml", "", (1, 1, "is not a VCR cassette: it has no list `interactions` or `http_interactions`")),
        ("f.yaml", "a: " + "[" * 200, (1, 102, "is not valid YAML from here on")),
    ):
        (tmp_path / name).write_text(text)
        ((finding),) = validate(tmp_path / name).findings
        assert (finding.line, finding.column, finding.message) == expected
        assert finding.rule == "broken-recording"
    (tmp_path / "g.har").write_text('{"log": ')
    assert places(tmp_path / "g.har") == [(None, "not-json", 1, 8)]


def test_invalid_call_hides_no_other(tmp_path: Path) -> None:
    text = json.dumps({"log": {"entries": [7, {}, *har(json.dumps(BAD_PAGE))["log"]["entries"]]}}, indent=1)
    (tmp_path / "a.har").write_text(text)
    assert [(record, rule, line) for record, rule, line, _ in places(tmp_path / "a.har")] == [
        (1, "broken-recording", position(text, "7")[0]),
        (2, "broken-recording", position(text, "{}")[0]),
        (3, "first-id-mismatch", position(text, WRONG)[0]),
    ]
    recorded = {"interactions": ["x", {"request": {}}, interaction(json.dumps(BAD_PAGE))]}
    text = yaml.safe_dump(recorded)
    (tmp_path / "a.yaml").write_text(text)
    assert [(record, rule, line) for record, rule, line, _ in places(tmp_path / "a.yaml")][:2] == [
        (1, "broken-recording", 2),
        (2, "broken-recording", 3),
    ]


def test_yaml_alias_bomb_and_complex_keys(tmp_path: Path) -> None:
    laughs = "l0: &l0 [x, x]\n" + "".join(f"l{n}: &l{n} [*l{n - 1}, *l{n - 1}]\n" for n in range(1, 24))
    call = json.dumps(interaction(json.dumps(BAD_PAGE)))
    text = f"{laughs}? [odd]\n: 1\nhttp_interactions: &all\n- *all\n- {call}\n---\nsecond: 1\n"
    (tmp_path / "a.yaml").write_text(text)
    assert [(record, rule) for record, rule, *_ in places(tmp_path / "a.yaml")] == [
        (1, "broken-recording"),
        (2, "first-id-mismatch"),
    ]


@pytest.mark.filterwarnings("ignore::validator.UncheckedRunsWarning")
@pytest.mark.parametrize(
    ("response", "records"),
    [
        ("status: {code: 200}, headers: {content-type: *l18}", [1, 2]),
        ("status: {code: 200}, headers: {content-type: [*l18, application/json]}", [1, 2]),
        ("status: {code: 200}, headers: {content-type: [*long, *long, *long, *long, *long, *long]}", [1, 2]),
        ("status: {code: *l18}", [2]),
        ("status_code: *l18", [2]),
    ],
)
def test_header_or_status_of_endless_aliases(tmp_path: Path, response: str, records: list[int]) -> None:
    laughs = "l0: &l0 [x, x]\n" + "".join(f"l{n}: &l{n} [*l{n - 1}, *l{n - 1}]\n" for n in range(1, 19))
    body = json.dumps({"string": json.dumps(BAD_PAGE)})
    first = f"{{request: {{method: GET, uri: '{URL}'}}, response: {{{response}, body: {body}}}}}"
    second = json.dumps(interaction(json.dumps(BAD_PAGE)))
    text = f"long: &long {'x' * 500_000}\n{laughs}interactions:\n- {first}\n- {second}\n"
    (tmp_path / "a.yaml").write_text(text)
    assert [record for record, rule, *_ in places(tmp_path / "a.yaml") if rule == "first-id-mismatch"] == records
    tracemalloc.start()
    try:
        places(tmp_path / "a.yaml")
        assert tracemalloc.get_traced_memory()[1] < 4_000_000
    finally:
        tracemalloc.stop()


def test_only_first_headers_are_searched(tmp_path: Path) -> None:
    packed = base64.b64encode(zlib.compress(json.dumps(BAD_PAGE).encode())).decode()
    for name, number, expected in (("some.yaml", 190, "first-id-mismatch"), ("many.yaml", 200, "not-utf8")):
        headers = {**{f"x-{n}": ["y"] for n in range(number)}, "content-encoding": ["deflate"]}
        call = interaction(None)
        call["response"] |= {"headers": headers, "body": {"base64_string": packed}}
        (tmp_path / name).write_text(json.dumps({"interactions": [call]}))
        assert [rule for _, rule, *_ in places(tmp_path / name)] == [expected]


def test_interaction_repeated_by_aliases_is_checked_once(tmp_path: Path) -> None:
    call = json.dumps(interaction(json.dumps(BAD_PAGE)))
    text = f"interactions:\n- &one {call}\n- &two {call}\n" + "- *one\n" * 999 + "- *two\n" * 2 + f"- {call}\n"
    (tmp_path / "a.yaml").write_text(text)
    again = "broken-recording repeats call {} by an alias: a call is checked once, however many aliases it has"
    wrong = f'first-id-mismatch is "{WRONG}", but the first run in data is "{RUN["id"]}"'
    assert messages(tmp_path / "a.yaml") == [
        (1, wrong),
        (2, wrong),
        (3, again.format(1)),
        (1002, again.format(2)),
        (1004, wrong),
    ]
    assert [line for _, rule, line, _ in places(tmp_path / "a.yaml") if rule == "broken-recording"] == [2, 3]


@pytest.mark.parametrize("status", ["200", 201, None, "20x", "\u0662\u0660\u0660"])
def test_only_successful_calls_are_checked(tmp_path: Path, status: object) -> None:
    call = interaction(json.dumps(BAD_PAGE))
    call["response"] = {"status_code": status, "content": json.dumps(BAD_PAGE)}
    (tmp_path / "a.json").write_text(json.dumps({"interactions": [call]}))
    assert (errors(tmp_path / "a.json") == []) == (str(status) in ("200", "201"))


def test_call_without_body_is_skipped(tmp_path: Path) -> None:
    silent = interaction(None)
    text = yaml.safe_dump({"interactions": [silent, interaction("Bad Gateway")]})
    (tmp_path / "a.yaml").write_text(text)
    lost = "1 call for runs was recorded without its body"
    with pytest.warns(UncheckedRunsWarning, match=f"a.yaml: {lost}$"):
        assert places(tmp_path / "a.yaml") == [(2, "not-json", *position(text, "Bad Gateway"))]
    assert skipped(tmp_path / "a.yaml") == [SkippedRecords(str(tmp_path / "a.yaml"), 1, (lost,), lost)]


@pytest.mark.parametrize("key", ["parsed_body", "body"])
@pytest.mark.parametrize("flow", [False, True])
def test_body_that_is_a_mapping_in_yaml_is_checked(tmp_path: Path, key: str, *, flow: bool) -> None:
    call = interaction(None)
    values: dict[str, object] = {"a": ["", "é\n", "1", "true", "null", None, [], {}], "b": "- x: 'y'"}
    page = {**BAD_PAGE, "hasMore": 1, "data": [{**RUN, "metadata": values}], "last_id": RUN["id"]}
    call["response"] = {"status": {"code": 200}, key: page}
    text = yaml.safe_dump({"interactions": [call]}, allow_unicode=True, default_flow_style=flow)
    text = text.replace("b: '- x", "~: '- x")
    (tmp_path / "a.yaml").write_text(text)
    assert messages(tmp_path / "a.yaml") == [
        (1, "schema:type is an array of 8 items, expected a string"),
        (1, f'first-id-mismatch is "{WRONG}", but the first run in data is "{RUN["id"]}"'),
        (1, 'mixed-naming is camelCase, expected "has_more" as the keys around it'),
    ]
    assert places(tmp_path / "a.yaml")[1:] == [
        (1, "first-id-mismatch", *position(text, WRONG)),
        (1, "mixed-naming", *position(text, "hasMore")),
    ]


def test_null_in_a_mapping_in_yaml_stands_at_its_key(tmp_path: Path) -> None:
    call = interaction(None)
    call["response"] = {"status": {"code": 200}, "body": {**PAGE, "first_id": None}}
    text = yaml.safe_dump({"interactions": [call]})
    (tmp_path / "a.yaml").write_text(text)
    assert places(tmp_path / "a.yaml") == [(1, "first-id-mismatch", *position(text, "first_id"))]
    assert run("--fix", "-q", str(tmp_path / "a.yaml")).code == 1
    assert (tmp_path / "a.yaml").read_text() == text


@pytest.mark.parametrize("nested", ["&a [*a]", "{x: &a {y: *a}}", "[*l, *l, *l]"])
def test_endless_mapping_is_no_body(tmp_path: Path, nested: str) -> None:
    laughs = "l0: &l0 [x, x]\n" + "".join(f"l{n}: &l{n} [*l{n - 1}, *l{n - 1}]\n" for n in range(1, 23))
    call = f"{{request: {{method: GET, uri: '{URL}'}}, response: {{status: {{code: 200}}, body: {nested}}}}}"
    text = f"{laughs}l: &l *l22\ninteractions:\n- {call}\n- {call}\n".replace("&l *l22", "&l [*l22]")
    (tmp_path / "a.yaml").write_text(text)
    lost = "2 calls for runs were recorded without their bodies"
    assert errors(tmp_path / "a.yaml") == [f"nothing to check: none of its 2 calls returns runs: {lost}"]


def test_empty_body_is_a_finding(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps({"interactions": [interaction("")]}))
    assert messages(tmp_path / "a.json") == [(1, "not-json is empty, but a JSON document was expected")]
