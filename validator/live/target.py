"""The server to check: its address, and the headers that go to it."""

from __future__ import annotations

import ipaddress
import re
import secrets
from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from validator.core.credentials import is_credential
from validator.core.exchange import PAGE_PARAMETERS
from validator.live.create import Recipe
from validator.live.transport import Authorization, LiveError

_list_path = re.compile(r"(?P<base>.*)/threads/(?P<thread>[^/]+)/runs/?").fullmatch


class Misuse(LiveError):
    """The call cannot be carried out as it stands."""


class Target(NamedTuple):
    """The base address of an API, the thread that the address names, and the query of every request."""

    base: str
    thread: str | None = None
    query: tuple[tuple[str, str], ...] = ()

    @property
    def secrets(self) -> tuple[str, ...]:
        """Values in the query that look like secrets: they are sent, but neither printed nor recorded."""
        return tuple(value for name, value in self.query if value and is_credential(f"{name}={value}"))

    @property
    def is_loopback(self) -> bool:
        """Whether requests stay on this machine."""
        return is_loopback(urlsplit(self.base).hostname or "")


def parse_target(url: str, *, allow_http: bool = False) -> Target:
    """Return the target that a URL names: the base of an API, or a whole list of runs; raises `Misuse`."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise Misuse("the address is not a URL") from None
    if parts.scheme not in ("http", "https") or not host:
        raise Misuse("the address must begin with https:// or http:// and a host")
    if parts.username is not None or parts.password is not None:
        raise Misuse("the address has a user or a password: use --key-env or --key-file")
    if re.search(r"[\x00-\x20\x7f]", url):
        raise Misuse("the address has blanks or control characters")
    if parts.scheme == "http" and not allow_http and not is_loopback(host):
        raise Misuse("http:// is not encrypted: use https://, or --allow-http")
    return _split_thread(parts)


def add_version(target: Target, version: str | None, *, is_required: bool) -> Target:
    """Return the target with `api-version` in the query of every request; raises `Misuse`."""
    has_version = any(name == "api-version" for name, _ in target.query)
    if version is None:
        if is_required and not has_version:
            raise Misuse("--azure needs --api-version, such as 2024-05-01-preview")
        return target
    if has_version:
        raise Misuse("the address has api-version: leave --api-version out")
    if not re.fullmatch(r"[A-Za-z0-9._-]+", version):
        raise Misuse("--api-version is a date or a word, such as 2024-05-01-preview")
    return target._replace(query=(*target.query, ("api-version", version)))


def _split_thread(parts: SplitResult) -> Target:
    query = tuple(parse_qsl(parts.query, keep_blank_values=True))
    if names := {name for name, _ in query} & {*PAGE_PARAMETERS}:
        raise Misuse(f"the address has {', '.join(sorted(names))}, which the check sets itself")
    path, thread = parts.path, None
    if match := _list_path(path):
        path, thread = match["base"], unquote(match["thread"])
    return Target(f"{parts.scheme}://{parts.netloc}{path.rstrip('/')}", thread, query)


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def authorize(key: str | None, scheme: str, beta: str, headers: Mapping[str, str]) -> Authorization:
    """Return the headers of requests: `scheme` is bearer, api-key or none, `beta` v1, v2 or none.

    Raises `Misuse` if the headers have a key of their own.
    """
    common = dict(headers)
    names = {name.lower() for name in headers}
    if beta != "none" and "openai-beta" not in names:
        common["OpenAI-Beta"] = f"assistants={beta}"
    if key is None or scheme == "none":
        return Authorization(common)
    name, value = ("api-key", key) if scheme == "api-key" else ("Authorization", f"Bearer {key}")
    if name.lower() in names:
        raise Misuse(f"-H {name} and a key contradict each other: --auth none leaves the key out")
    return Authorization(common, {name: value})


def make_recipe(*, create: bool, assistant: str | None, model: str | None, deletes: bool) -> Recipe | None:
    """Return how threads and runs are to be created, None where they are not; raises `Misuse`."""
    if create and not (assistant or model):
        raise Misuse("which assistant? creating runs needs --assistant ID or --model NAME")
    if not create and (assistant or model or deletes):
        raise Misuse("--assistant, --model and --delete-created need --create")
    return Recipe(assistant, model, secrets.token_hex(4), deletes) if create else None
