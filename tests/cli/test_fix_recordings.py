"""`--fix` and `--diff` in recordings: through their escapes, with every other byte as it was."""

import base64
import copy
import json
import random
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.commands import Ran, run
from tests.support.pages import page
from tests.support.pages import run as valid_run
from tests.support.paths import SAMPLES
from tests.support.recordings import har, interaction
from tests.support.tools import command

RECORDINGS = ("cassette-of-ruby.yml", "cassette.json", "cassette.yaml")
WRONG = (("run_Qm3vT8yLk2WzNf5RbXcJ7HdA", "run_Xx3vT8yLk2WzNf5RbXcJ7HdA"), ("360", "36"))
HUNK = """\
--- a/cassette.yaml
+++ b/cassette.yaml
@@ -26 +26 @@ token-total-mismatch /data/0/usage/total_tokens
-        "total_tokens": 36,
+        "total_tokens": 360,
@@ -30 +30 @@ first-id-mismatch /first_id
-  "first_id": "run_Xx3vT8yLk2WzNf5RbXcJ7HdA",
+  "first_id": "run_Qm3vT8yLk2WzNf5RbXcJ7HdA",
"""
UNFIXABLE = "could be fixed, but not in base64, event streams, or values folded over lines"


def _spoil(file: Path) -> None:
    """Put a wrong total and a wrong first id into the pages of a recording."""
    text = file.read_text()
    for key, (right, wrong) in zip(("first_id", "total_tokens"), WRONG, strict=True):
        for start in reversed([at for at in range(len(text)) if text.startswith(key, at)]):
            at = text.index(right, start)
            text = text[:at] + wrong + text[at + len(right) :]
    file.write_text(text)


@pytest.mark.parametrize("name", RECORDINGS)
def test_fix_restores_a_recording_byte_for_byte(tmp_path: Path, name: str) -> None:
    original = (SAMPLES / "sources" / name).read_bytes()
    file = Path(shutil.copy(SAMPLES / "sources" / name, tmp_path))
    _spoil(file)
    spoiled = file.read_bytes()
    assert spoiled != original
    patch = run("--diff", "--show-values", name, cwd=tmp_path)
    assert (patch.code, file.read_bytes()) == (1, spoiled)
    ran = run("--fix", name, "-q", cwd=tmp_path)
    assert (ran, file.read_bytes()) == (Ran(0, "", ""), original)
    file.write_bytes(spoiled)
    subprocess.run([command("patch"), "-p1", "-s"], cwd=tmp_path, input=patch.out, text=True, check=True)
    assert file.read_bytes() == original


def test_diff_of_a_recording_is_masked(tmp_path: Path) -> None:
    _spoil(Path(shutil.copy(SAMPLES / "sources" / "cassette.yaml", tmp_path)))
    assert run("--diff", "-q", "cassette.yaml", cwd=tmp_path) == Ran(1, HUNK, "")
    from_stdin = run("--diff", "-q", "-", cwd=tmp_path, stdin=(tmp_path / "cassette.yaml").read_bytes())
    assert from_stdin == Ran(1, HUNK.replace("cassette.yaml", "<stdin>"), "")


def _faulty(chance: random.Random) -> dict[str, Any]:
    texts = ["plain", 'a "quoted" \\ text', "it's\nseveral\n\n  lines ", "é \u2028 😀\ttab", "x " * 60, "# : - {}"]
    runs = [valid_run(id=f"run_{number}", instructions=chance.choice(texts)) for number in range(1, 3)]
    runs[0]["usage"] = {"prompt_tokens": 940, "completion_tokens": 205, "total_tokens": 940}
    return page(*runs, first_id=chance.choice([None, "run_9"]))


def _fixed(value: dict[str, Any]) -> dict[str, Any]:
    value = copy.deepcopy(value)
    value["first_id"] = "run_1"
    value["data"][0]["usage"]["total_tokens"] = 1145
    return value


@pytest.mark.parametrize("seed", range(24))
def test_only_the_fixed_values_of_a_recording_differ(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    load: Callable[[str], Any] = yaml.safe_load
    faulty = _faulty(chance)
    body = json.dumps(faulty, indent=chance.choice([None, 2, "\t"]), ensure_ascii=chance.random() < 0.5)
    if chance.random() < 0.4:
        file, load = tmp_path / "a.har", json.loads
        file.write_text(json.dumps(har(body, "not a run"), indent=chance.choice([None, 1]), ensure_ascii=seed % 2 == 0))
    else:
        file = tmp_path / "a.yaml"
        file.write_text(
            yaml.safe_dump(
                {"interactions": [interaction(body), interaction("not a run", url="https://x/v1/other")], "version": 1},
                default_style=chance.choice([None, '"', "'", "|", ">"]),
                width=chance.choice([20, 80, 100_000]),
                allow_unicode=chance.random() < 0.5,
            )
        )
    before = file.read_text()
    old = load(before)
    ran = run("--fix", file.name, cwd=tmp_path)
    new = load(file.read_text())
    fixed = [text for text in _texts(new) if text not in _texts(old)]
    rest = [text for text in _texts(old) if text not in _texts(new)]
    if UNFIXABLE in ran.err or "nothing else in it changes" in ran.err:
        assert len(fixed) == len(rest) <= 1
        return
    assert [json.loads(text) for text in fixed] == [_fixed(json.loads(text)) for text in rest] != [], ran.err
    escapes = fixed[0].count('"') - rest[0].count('"') if '\\"first_id' in before else 0
    assert len(file.read_text()) - len(before) == len(fixed[0]) - len(rest[0]) + escapes, "and nothing else"


def _texts(value: Any) -> list[str]:
    """Return all strings of a value."""
    if isinstance(value, dict | list):
        return [text for item in (value.values() if isinstance(value, dict) else value) for text in _texts(item)]
    return [value] if isinstance(value, str) else []


def test_what_cannot_be_written_in_place_is_left(tmp_path: Path) -> None:
    body = json.dumps(_faulty(random.Random(0)), indent=1)
    packed = har(body)
    content = packed["log"]["entries"][0]["response"]["content"]
    content.update(text=base64.b64encode(body.encode()).decode(), encoding="base64")
    (tmp_path / "a.har").write_text(json.dumps(packed))
    ran = run("--fix", "a.har", cwd=tmp_path)
    assert ran.err == f"validate-runs: a.har: 2 findings {UNFIXABLE}\nvalidate-runs: nothing to fix; 2 errors remain\n"
    (tmp_path / "b.har").write_text(json.dumps(packed))
    message = f"validate-runs: 2 recordings: 4 findings {UNFIXABLE}\n"
    rest = "validate-runs: nothing to fix; 4 errors remain\n"
    assert run("--diff", "a.har", "b.har", cwd=tmp_path) == Ran(0, "", message + rest)
    names = "".join(f"validate-runs: {name}.har: 2 findings left unfixed\n" for name in "ab")
    assert run("--diff", "-v", "a.har", "b.har", cwd=tmp_path) == Ran(0, "", message + names + rest)
    assert run("--diff", "-q", "a.har", "b.har", cwd=tmp_path) == Ran(0, "", "")


def test_value_that_is_folded_or_escaped_unusually_is_left(tmp_path: Path) -> None:
    text = yaml.safe_dump({"interactions": [interaction(json.dumps(page(valid_run(id="run_1"), first_id="run_9")))]})
    text = yaml.safe_dump(yaml.safe_load(text), default_style='"', width=100_000)
    for written in (r"run\\\n        _9", r"run\x5f9"):
        (tmp_path / "a.yaml").write_text(text.replace("run_9", written.replace(r"\\\n", "\\\n")))
        assert f"1 finding {UNFIXABLE}" in run("--fix", "a.yaml", cwd=tmp_path).err


def test_body_that_several_calls_share_is_fixed_only_if_all_are(tmp_path: Path) -> None:
    shared = interaction(json.dumps(page(valid_run(id="run_1"), first_id="run_9")))
    calls = [shared, {**copy.deepcopy(shared), "response": shared["response"]}]
    file = tmp_path / "a.yaml"
    file.write_text(yaml.safe_dump({"interactions": calls}))
    assert "*id" in file.read_text()
    assert run("--fix", "a.yaml", "--select", "page", "-q", cwd=tmp_path).code == 0
    assert "run_9" not in file.read_text()
    body = {"body": shared["response"]["body"]}
    calls[1]["response"] = {**body, "status": {"code": 500, "message": "error"}, "headers": {}}
    file.write_text(yaml.safe_dump({"interactions": calls}))
    ran = run("--fix", "a.yaml", "--select", "page", cwd=tmp_path)
    why = "the recording cannot be rewritten so that nothing else in it changes"
    assert ran.err.startswith(f"validate-runs: a.yaml: 1 finding could be fixed, but {why}\n")
    assert "run_9" in file.read_text()
