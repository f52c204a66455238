"""The recording of a live check as a cassette, which VCR and its descendants replay: the entries of a HAR, in YAML.

Source: https://vcrpy.readthedocs.io/en/latest/advanced.html
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from typing import Any

import yaml

from validator import __version__

_DUMPER: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)  # in C, if there is a wheel
_WIDTH = 2**31 - 1
"""Columns of a line: bodies are not folded."""


def dump_interaction(entry: dict[str, Any], field: str) -> str:
    """Return an entry of a HAR as an interaction; `field` is where the entry says what of the check it is.

    There also stands what cassettes have no place for: when a call began, how long it took, and why it failed.
    """
    request, response = entry["request"], entry["response"]
    own = {**entry[field], "startedDateTime": entry["startedDateTime"], "time": entry["time"]}
    own |= {"redirectURL": response["redirectURL"], "mimeType": response["content"]["mimeType"]}
    own["error"] = response.get("_error", "")
    content = response["content"]
    text = content.get("text")
    interaction = {
        "request": {
            "method": request["method"],
            "uri": request["url"],
            "body": request.get("postData", {}).get("text"),
            "headers": _headers(request["headers"]),
        },
        "response": {
            "status": {"code": response["status"], "message": response["statusText"]},
            "headers": _headers(response["headers"]),
            "body": {"string": base64.b64decode(text) if "encoding" in content else text},
        },
        field: own,
    }
    return yaml.dump([interaction], Dumper=_DUMPER, sort_keys=False, width=_WIDTH)


def _headers(pairs: Iterable[dict[str, str]]) -> dict[str, list[str]]:
    headers: dict[str, list[str]] = {}
    for pair in pairs:
        headers.setdefault(pair["name"], []).append(pair["value"])
    return headers


def join_interactions(interactions: Sequence[str], comment: str) -> bytes:
    """Return the cassette."""
    note = f"comment: {comment}\n" if comment else ""
    start = f"version: 1\nrecorded_with: validate-runs {__version__}\n{note}interactions:"
    return "".join((start, "\n" if interactions else " []\n", *interactions)).encode()
