"""Recorded HTTP calls. A new kind of recording is a module here and a line in `FORMATS`."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, cast

if TYPE_CHECKING:
    from validator.sources.recordings.calls import Call, InvalidCall
    from validator.sources.recordings.fields import Strings


class RecordingModule(Protocol):
    """A module that reads one kind of recording."""

    def is_recording(self, value: Any) -> bool:
        """Return whether a value, parsed from JSON or YAML, has the outer form of the recording."""

    def read_calls(self, value: Any, strings: Strings) -> Iterator[Call | InvalidCall]:
        """Return the calls in their order; `strings` locates the body of each in the text."""


class RecordingFormat(NamedTuple):
    """A kind of recording: its module, and keys of which each of its files has one near its beginning."""

    module: str
    keys: tuple[str, ...]
    is_yaml: bool = False
    """Whether it is written in YAML, too."""


FORMATS = (
    RecordingFormat("har", ("log",)),
    RecordingFormat("pact", ("consumer",)),
    RecordingFormat("cassette", ("interactions", "http_interactions", "request"), is_yaml=True),
    RecordingFormat("azure_test_proxy", ("Entries",)),
    RecordingFormat("nock", ("scope",)),
    RecordingFormat("wiremock", ("mappings", "request")),
    RecordingFormat("postman", ("info", "item")),
    RecordingFormat("stubs", ("pairs", "imposters", "stubs", "httpRequest")),
)


def recording_keys(*, is_yaml: bool) -> Iterator[str]:
    """Return the keys by which recordings in JSON or YAML are detected."""
    return (key for format_ in FORMATS if format_.is_yaml or not is_yaml for key in format_.keys)


def find_module(value: Any, *, is_yaml: bool) -> RecordingModule | None:
    """Return the module that reads this value, parsed from JSON or YAML, if it is a recording."""
    modules = (
        cast("RecordingModule", import_module(f"{__name__}.{format_.module}"))
        for format_ in FORMATS
        if format_.is_yaml or not is_yaml
    )
    return next((module for module in modules if module.is_recording(value)), None)
