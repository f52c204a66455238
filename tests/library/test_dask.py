"""The same findings past one machine: real workers of a local cluster, and an object store on loopback."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.batch.test_parallel import RUN, lines
from tests.support.commands import process
from tests.support.paths import SAMPLES
from tests.support.tools import need_tools, package

package("dask.dataframe", "cluster")
package("distributed", "cluster")

import pandas as pd
from distributed import Client, LocalCluster

from validator.dask import check_archive, count_archive

NOW = 1_800_000_000

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def cluster() -> Iterator[Client]:
    """Two worker processes."""
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster, Client(cluster) as client:
        yield client


@pytest.fixture(scope="module")
def archives(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive with faults, the same packed, and a page."""
    folder = tmp_path_factory.mktemp("archives")
    data = b"\n".join([*lines(150), b"x", b"x", b"x", *lines(20, seed=8), b"x"])
    (folder / "a.jsonl").write_bytes(data)
    (folder / "b.jsonl.gz").write_bytes(gzip.compress(data))
    (folder / "c.json").write_text(json.dumps({**RUN, "status": "done"}, indent=2))
    (folder / "notes.txt").touch()
    return folder


def reported(*words: str, cwd: Path) -> Any:
    """What the command reports."""
    return json.loads(
        process(*words, "-f", "json", "--show", "info", "--max-findings", "0", "--now", str(NOW), cwd=cwd).out
    )


def rows(frame: pd.DataFrame, prefix: str = "") -> list[dict[str, Any]]:
    """The findings in a dataframe as they stand in the JSON report."""
    plain = frame.astype(object).where(frame.notna(), None)
    return [{**row, "file": row["file"].removeprefix(prefix)} for row in plain.to_dict("records")]


def test_dask_not_a_run_list_with_any_selection(cluster: Client, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(f"{json.dumps(RUN)}\n{json.dumps({'object': 'list', 'data': None})}\n")
    found = rows(check_archive(str(tmp_path / "a.jsonl"), select=["usage"], now=NOW).compute())
    assert [(row["record"], row["rule"], row["severity"]) for row in found] == [(2, "not-a-run-list", "error")]


@pytest.mark.parametrize("paths", [{"data": []}, None, b"a.jsonl", [Path("a.jsonl"), 7]])
def test_dask_paths_of_another_type_are_refused(paths: Any) -> None:
    with pytest.raises(TypeError, match=rf"^paths is a {type(paths).__name__}, expected a path or a list of paths$"):
        check_archive(paths)


def test_dask_options_that_are_none() -> None:
    with pytest.raises(TypeError, match=r"^check_archive\(\) has no option 'selct', did you mean 'select'$"):
        check_archive("a.jsonl", selct=["usage"])
    with pytest.raises(TypeError, match="^an archive is checked without the option fail_on$"):
        check_archive("a.jsonl", fail_on="error")
    with pytest.raises(ValueError, match="^max_bytes is '1', expected at least 1$"):
        count_archive("a.jsonl", max_bytes="1")  # type: ignore[arg-type]


def test_dask_paths_may_be_path_objects(archives: Path) -> None:
    for paths in (archives / "c.json", [archives / "c.json"], archives.glob("c.json"), str(archives / "c.json")):
        assert check_archive(paths, now=NOW).compute(scheduler="synchronous")["rule"].tolist() == ["schema:enum"]
    with pytest.raises(FileNotFoundError, match="^nothing to check: no paths$"):
        check_archive(archives.glob("*.none"))


@pytest.mark.parametrize("size", [3_000, 10**9])
def test_dask_findings_match_the_command(cluster: Client, archives: Path, size: int) -> None:
    frame = check_archive(str(archives), partition_bytes=size, now=NOW)
    assert frame.npartitions == (3 if size == 10**9 else 2 + -(-(archives / "a.jsonl").stat().st_size // size))
    found = rows(frame.compute(), f"{archives}/")
    expected = reported("a.jsonl", "b.jsonl.gz", "c.json", cwd=archives)
    assert [{**one, "fingerprint": ""} for one in found] == [{**one, "fingerprint": ""} for one in expected["findings"]]
    whole = reported(str(archives), cwd=archives)
    assert [one["fingerprint"] for one in found] == [one["fingerprint"] for one in whole["findings"]]


def test_dask_counts_match_the_summary(cluster: Client, archives: Path) -> None:
    paths = [str(archives / "*.jsonl"), str(archives / "c.json")]
    counts = count_archive(paths, partition_bytes=5_000, now=NOW).compute(scheduler="synchronous")
    totals = counts.drop(columns="file").sum().to_dict()
    summary = reported("a.jsonl", "c.json", cwd=archives)["summary"]
    assert totals == {key: summary[key] for key in totals}
    assert totals.keys() == summary.keys() - {"suppressed", "fixable"}
    assert {*counts["file"]} == {str(archives / "a.jsonl"), str(archives / "c.json")}


def test_dask_counts_recordings() -> None:
    counts = count_archive(str(SAMPLES / "sources" / "recording.har")).compute(scheduler="synchronous")
    assert counts[["documents", "runs", "error"]].to_numpy().tolist() == [[6, 6, 0]]


def test_dask_skips_recording_without_runs(tmp_path: Path) -> None:
    recording = tmp_path / "a.har"
    recording.write_text('{"log": {"entries": []}}')
    (tmp_path / "b.json").write_text(json.dumps(RUN))
    for paths in (tmp_path, tmp_path / "*"):
        counts = count_archive(str(paths)).compute(scheduler="synchronous")
        assert counts[["documents", "runs", "error"]].to_numpy().tolist() == [[0, 0, 0], [1, 1, 0]]
    with pytest.raises(OSError, match=r"a\.har: nothing to check: it holds no calls"):
        count_archive(str(recording)).compute(scheduler="synchronous")


def test_dask_findings_in_parquet(cluster: Client, archives: Path, tmp_path: Path) -> None:
    frame = check_archive(str(archives / "a.jsonl"), partition_bytes=20_000, now=NOW)
    frame.to_parquet(str(tmp_path / "findings"))
    assert rows(pd.read_parquet(tmp_path / "findings")) == rows(frame.compute(scheduler="synchronous"))


def test_dask_without_findings(cluster: Client, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(json.dumps(RUN) + "\n")
    frame = check_archive(str(tmp_path / "a.jsonl")).compute()
    assert (len(frame), frame.columns[0]) == (0, "rule")


def test_dask_without_files_is_an_error(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "gone.jsonl", tmp_path / "*.jsonl"):
        with pytest.raises(FileNotFoundError, match="nothing to check: "):
            check_archive(str(path))
    with pytest.raises(ValueError, match="contract is 'x'"):
        check_archive(str(tmp_path), contract="x")
    with pytest.raises(TypeError, match="^an archive is checked without the option listing$"):
        check_archive(str(tmp_path), listing=True)


@pytest.mark.parametrize("size", [0, -1])
def test_partition_bytes_must_be_positive(tmp_path: Path, size: int) -> None:
    (tmp_path / "a.jsonl").write_text(json.dumps(RUN))
    for archive in (check_archive, count_archive):
        with pytest.raises(ValueError, match=f"^partition_bytes is {size}, expected at least 1$"):
            archive(str(tmp_path), partition_bytes=size)


def test_dask_unreadable_file_raises_when_computed(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("{}")
    frame = check_archive(str(tmp_path / "a.json"))
    (tmp_path / "a.json").unlink()
    with pytest.raises(OSError, match=r"a\.json: no such file or directory"):
        frame.compute(scheduler="synchronous")


def test_dask_reads_object_store_in_ranges(cluster: Client, archives: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    need_tools("the mock object store takes ten seconds")
    server = package("moto.server", "cluster").ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    s3fs = package("s3fs", "cluster")
    server.start()
    try:
        host, port = server.get_host_and_port()
        options = {"key": "k", "secret": "s", "client_kwargs": {"endpoint_url": f"http://{host}:{port}"}}
        store = s3fs.S3FileSystem(**options)
        store.mkdir("runs")
        for name in ("a.jsonl", "b.jsonl.gz", "c.json"):
            store.put(str(archives / name), f"runs/2026/{name}")
        frame = check_archive("s3://runs/2026", partition_bytes=20_000, storage_options=options, now=NOW)
        assert frame.npartitions > 5
        found = rows(frame.compute(), "s3://runs/2026/")
    finally:
        server.stop()
    expected = reported("a.jsonl", "b.jsonl.gz", "c.json", cwd=archives)["findings"]
    assert [{**one, "fingerprint": ""} for one in found] == [{**one, "fingerprint": ""} for one in expected]
