"""Files, folders and standard input: what is read, in which order, and what is reported of the rest."""

import io
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import chdir
from pathlib import Path
from typing import Any

import pytest

from tests.support.paths import SAMPLES
from validator.core.options import MAX_BYTES
from validator.sources.document import Document, InputError, SkippedRecords
from validator.sources.files import read_paths

SUFFIXES = "*.json, *.jsonl, *.ndjson, *.sse, *.har, *.yaml or *.yml"


def _read(*paths: str | Path, max_bytes: int = MAX_BYTES) -> list[bytes | str | tuple[str | None, str]]:
    """The data of each document, or the file and the reason why it could not be read."""
    found: list[bytes | str | tuple[str | None, str]] = []
    for item in read_paths(map(str, paths), max_bytes):
        if isinstance(item, InputError):
            found.append((item.file, str(item)))
        elif isinstance(item, SkippedRecords):
            found.append((item.file, f"{item.number} skipped"))
        elif isinstance(item, Document):
            found.append(item.data if item.problem is None else (item.file, item.problem.rule))
    return found


def _documents(path: str) -> list[Document]:
    return [item for item in read_paths([path], MAX_BYTES) if isinstance(item, Document)]


def _names(folder: Path) -> list[str]:
    return [os.path.relpath(item.file or "", folder) for item in _documents(str(folder))]


def test_files_are_read_in_the_order_given(tmp_path: Path) -> None:
    for name in ("b.json", "a.txt"):
        (tmp_path / name).write_bytes(name.encode())
    assert _read(tmp_path / "b.json", tmp_path / "a.txt", tmp_path / "b.json") == [b"b.json", b"a.txt"]
    assert next(iter(read_paths([str(tmp_path / "b.json")], 9))) == Document(
        file=str(tmp_path / "b.json"), data=b"b.json"
    )


def test_files_are_read_lazily(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.touch()
    coming = read_paths([str(first), str(second)], 9)
    next(coming)
    second.write_bytes(b"late")
    assert next(coming) == Document(file=str(second), data=b"late")


def test_folder_is_sorted_without_hidden_files(tmp_path: Path) -> None:
    for name in ("b.json", "a.json", "c.JSON", "d.jsonl", "z/y.json", "k/x.json", ".git/w.json", "z/.v/u.json"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert _names(tmp_path) == ["a.json", "b.json", "c.JSON", "k/x.json", "z/y.json"]


def test_folder_is_sorted_by_numbers_in_names(tmp_path: Path) -> None:
    names = [
        "1-b.json",
        "01-c.json",
        "a2/1.json",
        "a10/1.json",
        "٣/1.json",
        "page-2.json",
        "page-10.json",
        "page-٣.json",
        "page.json",
    ]
    for name in names:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert _names(tmp_path) == [
        "1-b.json",
        "01-c.json",
        "page-2.json",
        "page-10.json",
        "page-٣.json",
        "page.json",
        "a2/1.json",
        "a10/1.json",
        "٣/1.json",
    ]


def test_folder_link_to_its_parent(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "a.json").touch()
    (tmp_path / "inner" / "up").symlink_to(tmp_path)
    assert _names(tmp_path) == ["inner/a.json"]


def test_link_to_itself(tmp_path: Path) -> None:
    (tmp_path / "a.json").symlink_to("a.json")
    assert _read(tmp_path) == [(str(tmp_path / "a.json"), "too many levels of symbolic links")]


def test_folder_of_any_depth(tmp_path: Path) -> None:
    here = os.open(tmp_path, os.O_RDONLY)
    for _ in range(1200):
        os.mkdir("d", dir_fd=here)
        deeper = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = deeper
    os.close(here)
    deepest = tmp_path / "/".join("d" * 1200)
    (deepest / "b.json").write_bytes(b"deep")
    (tmp_path / "a.json").write_bytes(b"first")
    (tmp_path / "e").mkdir()
    (tmp_path / "e" / "c.json").write_bytes(b"third")
    try:
        assert _read(tmp_path) == [b"first", b"deep", b"third"]
    finally:
        (deepest / "b.json").unlink()
        with chdir(deepest):  # rmtree calls itself for each level
            for _ in range(1200):
                os.chdir("..")
                os.rmdir("d")


def test_folder_with_two_names_is_read_once(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "a.json").touch()
    (tmp_path / "twin").symlink_to(tmp_path / "inner")
    assert _names(tmp_path) == ["inner/a.json"]


def test_links_out_of_the_folder_are_not_followed(tmp_path: Path) -> None:
    folder, outside = tmp_path / "folder", tmp_path / "folder-2"
    for parent in (folder / "inner", outside / "deeper"):
        parent.mkdir(parents=True)
        (parent / "a.json").write_bytes(os.fsencode(parent.name))
    (folder / "b.json").symlink_to("../folder-2/deeper/a.json")
    (folder / "c.jsonl.gz").symlink_to("inner/../../nowhere")
    (folder / "d").symlink_to(outside)
    (folder / "inner" / "b.json").symlink_to("../b.json")
    (folder / "inner" / "e").symlink_to(tmp_path)
    (folder / "inner" / "f.json").symlink_to(folder.parent / "folder" / "g.json")
    (folder / "g.json").write_bytes(b"g")
    for name in (".hidden", "notes.txt"):
        (folder / name).symlink_to(outside if name == ".hidden" else outside / "deeper" / "a.json")
    reason = "is a link out of the folder: name it to have it checked"
    links = ["b.json", "c.jsonl.gz", "d", "inner/b.json", "inner/e"]
    assert _read(folder) == [b"g", b"inner", b"g", *((str(folder / name), reason) for name in links)]
    (tmp_path / "named").symlink_to(outside)
    assert _read(tmp_path / "named") == [b"deeper"]
    assert _read(folder / "b.json") == [b"deeper"]


def test_folder_with_nothing_to_check(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").touch()
    (tmp_path / "x.json").mkdir()
    assert _read(tmp_path) == [(str(tmp_path), f"nothing to check: no {SUFFIXES} in this folder")]


def test_unreadable_entries_of_a_folder_hide_no_other(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.json")
    (tmp_path / "b.json").symlink_to("nowhere")
    (tmp_path / "c.json").write_bytes(b"first")
    assert _read(tmp_path) == [
        (str(tmp_path / "a.json"), "is neither a regular file nor a folder"),
        (str(tmp_path / "b.json"), "is a link to a file that does not exist"),
        b"first",
    ]


@pytest.mark.parametrize("gone", ["inner", "inner/deeper"])
def test_folder_that_vanishes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gone: str) -> None:
    (tmp_path / "inner" / "deeper").mkdir(parents=True)
    (tmp_path / "a.json").write_bytes(b"first")
    (tmp_path / "inner" / "b.json").write_bytes(b"third")
    _fail(monkeypatch, "stat", tmp_path / gone)
    reason = (str(tmp_path / gone), "no such file or directory")
    assert _read(tmp_path) == [b"first", *([b"third"] if gone == "inner/deeper" else []), reason]


@pytest.mark.parametrize("name", ["inner", "inner/deeper"])
def test_folder_that_cannot_be_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    (tmp_path / "inner" / "deeper").mkdir(parents=True)
    (tmp_path / "a.json").write_bytes(b"first")
    _fail(monkeypatch, "scandir", tmp_path / name)
    assert _read(tmp_path) == [b"first", (str(tmp_path / name), "no such file or directory")]


def _fail(monkeypatch: pytest.MonkeyPatch, function: str, path: Path) -> None:
    """Let a function of the operating system fail for one path, as if it had just vanished."""
    genuine: Callable[..., Any] = getattr(os, function)

    def failing(name: Any, *rest: Any, **options: Any) -> Any:
        if str(name) == str(path):
            raise FileNotFoundError(2, "No such file or directory", str(path))
        return genuine(name, *rest, **options)

    monkeypatch.setattr(os, function, failing)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("nowhere", "no such file or directory"),
        ("file/below", "not a directory"),
        ("n" * 300, "file name too long"),
        ("a\0b", "is not a possible file name"),
    ],
)
def test_file_that_cannot_be_opened(tmp_path: Path, name: str, reason: str) -> None:
    (tmp_path / "file").touch()
    assert _read(f"{tmp_path}/{name}", tmp_path / "file") == [(f"{tmp_path}/{name}", reason), b""]


class Failing(io.BytesIO):
    """A stream that fails while it is read."""

    def __init__(self, error: OSError) -> None:
        super().__init__(b"torn")
        self.error = error

    def read1(self, size: int | None = -1, /) -> bytes:
        if self.tell():
            raise self.error
        return super().read1(size)


def test_read_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(Failing(OSError(5, "Input/output error"))))
    assert _read("-") == [("-", "input/output error")]
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(Failing(TimeoutError("took too long"))))
    assert _read("-", "nowhere") == [("-", "took too long"), ("nowhere", "no such file or directory")]


def test_file_that_shrinks(tmp_path: Path) -> None:
    archive = tmp_path / "a.jsonl"
    archive.write_bytes(b"[1]\n[2]\n")
    found = read_paths([str(archive), "nowhere"], MAX_BYTES)
    assert next(found) == Document(str(archive), b"[1]", 1)
    os.truncate(archive, 4)
    assert [str(item) for item in found if isinstance(item, InputError)] == [
        "became shorter while it was read",
        "no such file or directory",
    ]


def test_standard_input_open_or_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"given")))
    assert _read("-") == [b"given"]
    monkeypatch.setattr(sys, "stdin", None)
    assert _read("-") == [("-", "is closed")]


def test_size_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "large").write_bytes(b"1" * 2_500_000)
    assert _read(tmp_path / "large", max_bytes=2_500_000) == [b"1" * 2_500_000]
    assert _read(tmp_path / "large", max_bytes=2_499_999) == [(str(tmp_path / "large"), "too-large")]
    (tmp_path / "x").write_bytes(b"1234567890")
    assert _read(tmp_path / "x", max_bytes=10) == [b"1234567890"]
    assert _read(tmp_path / "x", max_bytes=9) == [(str(tmp_path / "x"), "too-large")]
    assert _read(tmp_path / "x", max_bytes=10**30) == [b"1234567890"]
    (tmp_path / "x.jsonl").write_bytes(b"1" * 300_000 + b"\n2")
    assert _read(tmp_path / "x.jsonl", max_bytes=sys.maxsize) == [b"1" * 300_000, b"2"]
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"1234567890")))
    assert _read("-", max_bytes=9) == [("-", "too-large")]


def test_sparse_file_is_read_up_to_the_limit(tmp_path: Path) -> None:
    with open(tmp_path / "sparse", "wb") as file:
        file.truncate(2**31)
    assert _read(tmp_path / "sparse", max_bytes=1000) == [(str(tmp_path / "sparse"), "too-large")]


def test_pipes(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    with os.fdopen(writer, "wb") as given:
        given.write(b"given")
    assert _read(f"/dev/fd/{reader}") == [b"given"]
    os.close(reader)
    os.mkfifo(tmp_path / "pipe")
    assert _read(tmp_path / "pipe") == [(str(tmp_path / "pipe"), "is neither a regular file nor a folder")]


def test_slow_pipe() -> None:
    reader, writer = os.pipe()

    def give() -> None:
        with os.fdopen(writer, "wb") as given:
            given.write(b"late")

    threading.Timer(0.05, give).start()
    assert _read(f"/dev/fd/{reader}") == [b"late"]
    os.close(reader)


@pytest.mark.parametrize("words", [(), ("--diff",)])
def test_nonblocking_standard_input(words: tuple[str, ...]) -> None:
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    command = [sys.executable, "-m", "validator", *words, "-"]
    with subprocess.Popen(command, stdin=reader, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        os.close(reader)
        with os.fdopen(writer, "wb", 0) as given:
            given.write(b'{"object": "list", "data": [],')
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(0.6)
            given.write(b' "first_id": null, "last_id": null, "has_more": false}')
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out + err) == (
        0,
        b"validate-runs: nothing to fix\n" if words else b"ok: 0 runs in 1 document\n",
    )


@pytest.mark.parametrize("device", ["/dev/null", "/dev/zero"])
def test_devices_are_not_read(device: str) -> None:
    assert _read(device) == [(device, "is neither a regular file nor a folder")]


def test_all_samples_are_found() -> None:
    assert len(_names(SAMPLES / "invalid")) == len(os.listdir(SAMPLES / "invalid"))
