"""The format of a file: from its name, or else from its content."""

import io
import json
import sys
from pathlib import Path

import pytest
import yaml

from tests.support.pages import PAGE, RUN
from tests.support.recordings import BAD_PAGE, har, interaction, places
from validator import validate
from validator.core.options import MAX_BYTES
from validator.sources.document import Document
from validator.sources.files import read_paths


@pytest.mark.parametrize(
    ("text", "records"),
    [
        (json.dumps(PAGE), [None]),
        (json.dumps(PAGE, indent=1), [None]),
        (f"{json.dumps(RUN)}\n{json.dumps(RUN)}", [1, 2]),
        (f'\ufeff{{"torn": \n{json.dumps(RUN)}\n', [1, 2]),
        (f"event: thread.run.queued\ndata: {json.dumps(RUN)}\n\n", [1]),
        (f": a comment\n\ndata: {json.dumps(RUN)}\n\n", [1]),
        (yaml.safe_dump({"interactions": [interaction(json.dumps(RUN))]}), [1]),
        (json.dumps(har(json.dumps(RUN))), [1]),
        ("Bad Gateway", [None]),
        ("[\n[\n", [None]),
    ],
)
@pytest.mark.parametrize("name", ["-", "recorded.txt", "recorded"])
def test_format_from_content(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, records: list[int | None], name: str
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    if name != "-":
        name = str(tmp_path / name)
        Path(name).write_text(text, encoding="utf-8")
    seen = [item.record for item in read_paths([name], MAX_BYTES) if isinstance(item, Document)]
    assert seen == records


def test_json_suffix_means_one_document(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_text(f"{json.dumps(RUN)}\n{json.dumps(RUN)}")
    assert [(record, rule) for record, rule, *_ in places(file)] == [(None, "not-json")]


def test_page_with_key_of_a_recording_is_a_page(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_text(json.dumps({"log": "kept", **BAD_PAGE}))
    assert [rule for _, rule, *_ in places(file)] == ["first-id-mismatch"]


def test_export_with_list_of_runs(tmp_path: Path) -> None:
    file = tmp_path / "thread.json"
    export = {"thread": {"id": RUN["thread_id"]}, "runs": [{**RUN, "steps": []}, {**RUN, "status": "done"}, "x"]}
    file.write_text(json.dumps(export, indent=2))
    findings = validate(file).findings
    assert [(finding.pointer, finding.rule, finding.run_id) for finding in findings] == [
        ("/runs/1/status", "schema:enum", RUN["id"]),
        ("/runs/2", "schema:type", None),
    ]
    file.write_text('{"runs": []}')
    assert validate(file).findings == ()
    file.write_text('{"runs": [{"id": "x"}]}')
    assert [finding.rule for finding in validate(file).findings] == ["not-a-run-list"]
