"""Fingerprints: the same wherever the run stands, another for another rule, run or place in the run."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.pages import NOW, page, run
from tests.support.paths import INVALID, MISSHAPEN, SAMPLES
from validator import validate

RUNS = [
    run(usage={"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 4}),
    run(id="run_b", expires_at=1729419000, temperature=9),
    run(id="run_c", metadata={"a": 7}, model=7),
]


def _prints(document: object, **options: Any) -> dict[tuple[str, str | None, str], str]:
    """The fingerprint of each finding, by its rule, its run and the last part of its pointer."""
    found = validate(document, now=NOW, **options).findings
    prints = {(one.rule, one.run_id, one.pointer.rpartition("/")[2]): one.fingerprint for one in found}
    assert len(prints) == len(found)
    return prints


def test_a_fingerprint_is_sixteen_hexadecimal_digits() -> None:
    for fingerprint in _prints(page(*RUNS)).values():
        assert len(fingerprint) == 16
        assert int(fingerprint, 16) >= 0


def test_fingerprints_survive_reordering() -> None:
    before = _prints(page(*RUNS), ignore=["page"])
    assert len(before) == 5
    assert _prints(page(*reversed(RUNS)), ignore=["page"]) == before
    assert _prints(page(run(id="run_d"), *RUNS), ignore=["page"]) == before
    assert _prints(RUNS) == before
    alone = _prints(RUNS[0])
    assert alone == {key: value for key, value in before.items() if key in alone}


def test_long_ids_make_different_fingerprints() -> None:
    ids = [f"run_{'a' * 1_000_000}{end}" for end in "bc"]
    faulty = [run(id=one, usage=RUNS[0]["usage"]) for one in ids]
    found = validate(page(*faulty), now=NOW, select=["token-total-mismatch"]).findings
    again = validate(page(*reversed(faulty)), now=NOW, select=["token-total-mismatch"]).findings
    assert len({one.fingerprint for one in found}) == 2
    assert [one.fingerprint for one in found] == [one.fingerprint for one in reversed(again)]


def test_fingerprints_survive_reformatting() -> None:
    document = page(*RUNS)
    before = _prints(json.dumps(document))
    assert _prints(json.dumps(document, indent=2)) == before
    assert _prints(json.dumps(document, sort_keys=True)) == before
    assert _prints(document) == before


def test_fingerprints_survive_changed_values() -> None:
    other = copy.deepcopy(RUNS)
    other[0]["usage"]["total_tokens"] = 5
    other[1]["temperature"] = -1
    other[2]["metadata"]["a"] = 8
    assert _prints(page(*other)) == _prints(page(*RUNS))


def test_fingerprints_do_not_depend_on_the_file(tmp_path: Path) -> None:
    for name in ("a.json", "b.json"):
        (tmp_path / name).write_text(json.dumps(page(*RUNS)))
    fingerprints = [finding.fingerprint for finding in validate(tmp_path).findings]
    assert fingerprints[:5] == fingerprints[5:]
    assert len({*fingerprints}) == 5


def test_missing_keys_are_part_of_the_fingerprint() -> None:
    def lacking(*keys: str) -> str:
        changed = {key: value for key, value in run().items() if key not in keys}
        (fingerprint,) = _prints([changed, run()]).values()
        return fingerprint

    assert lacking("usage") == lacking("usage")
    assert len({lacking("usage"), lacking("tools"), lacking("tools", "usage")}) == 3


def test_runs_of_one_id_share_fingerprints() -> None:
    found = validate([RUNS[0], RUNS[0]]).findings
    assert [(one.rule, one.pointer) for one in found] == [
        ("token-total-mismatch", "/0/usage/total_tokens"),
        ("token-total-mismatch", "/1/usage/total_tokens"),
    ]
    assert len({one.fingerprint for one in found}) == 1


@pytest.mark.parametrize("identity", ["run_a\0b", "\ud800", "", 7, None, {"a": 1}])
def test_fingerprint_of_any_id(identity: object) -> None:
    found = validate([{**RUNS[0], "id": identity}, RUNS[1]]).findings
    assert len({one.fingerprint for one in found}) == len(found)


def test_one_fingerprint_means_one_rule_run_and_pointer() -> None:
    found = [one for path in (*INVALID, *MISSHAPEN, SAMPLES / "seed-example.json") for one in validate(path).findings]
    assert len(found) > 100
    assert len({one.fingerprint for one in found}) == len({(one.fingerprint, one.rule, one.run_id) for one in found})
