"""Third pass, over several documents: do pages continue each other, and do snapshots of one run fit together?

What is kept of a document is small, and for each run id once, however many documents there are.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b
from typing import Any, NamedTuple

from validator.contract import contract
from validator.document import Event, Listed, Page, Run
from validator.finding import NamedProblem
from validator.found import Found
from validator.passes import Checks, under
from validator.pointer import split
from validator.recognise import Part
from validator.rule import Rule
from validator.rules import RULES
from validator.sources import Origin
from validator.wire import to_wire

_LONGEST_KEPT = 80
"""Characters of a string that is kept as it is; of a longer one, and of what is no scalar, a digest is kept."""


class _Seen(NamedTuple):
    """A run of the document in hand, under wire names, without the fields in which something is wrong."""

    pointer: str
    run: Run
    misshapen: frozenset[str]
    spelt_as: Any


class Series:
    """What is known of a series of documents so far.

    `listing` takes them for the pages of one listing, `history` for snapshots over time. Recorded documents are both as
    far as their requests and events say so.
    """

    def __init__(self, checks: Checks, *, listing: bool = False, history: bool = False) -> None:
        self._checks = checks
        self._listing = listing
        self._history = history
        self._rules: dict[str, list[Rule]] = defaultdict(list)
        for rule in RULES:
            if rule.name in checks.settings.severities:
                self._rules[rule.against].append(rule)
        self._fields = sorted({name for rule in self._rules["snapshot"] for name in rule.fields})
        self._snapshots: dict[str, tuple[Run, frozenset[str]]] = {}
        self._streams: dict[int, str] = {}
        self._chains: dict[object, _Chain] = defaultdict(_Chain)

    def problems(self, found: Found, *, is_last: bool) -> list[NamedProblem]:
        """What this document says in the light of those before it; it is remembered for those to come."""
        if found.recognised.form is None:
            return []
        origin = found.document.origin
        problems: list[NamedProblem] = []
        for number, part in enumerate(found.recognised.parts):
            seen = list(self._seen(part, found))
            if part.page is not None and (chain := self._chain(origin)) is not None:
                is_end = self._listing and is_last and number == len(found.recognised.parts) - 1
                problems += self._listed(part, seen, found, chain, is_end=is_end)
            if origin is not None and origin.event is not None:
                problems += self._events(seen, origin)
            if self._history or origin is not None:
                problems += self._changes(seen)
        return problems

    def _seen(self, part: Part, found: Found) -> Iterator[_Seen]:
        """The runs of a part that are objects with an id."""
        form = found.recognised.form
        for pointer, run in part.runs:
            if not isinstance(run, dict):
                continue
            misshapen = _misshapen(pointer, found.problems)
            wire = run if form == "wire" or form is None else to_wire(run, contract(*self._named(form)).shape_of("run"))
            if misshapen is not None and isinstance(wire.get("id"), str):
                yield _Seen(pointer, wire, misshapen, None if form == "wire" else run)

    def _named(self, form: Any) -> tuple[Any, Any]:
        return self._checks.settings.contract, form

    def _events(self, seen: Iterable[_Seen], origin: Origin) -> Iterator[NamedProblem]:
        for one in seen:
            first = self._streams.setdefault(origin.stream, one.run["id"])
            event = Event(origin.event or "", first, origin.is_torn)
            for rule in self._rules["event"]:
                if not rule.fields & one.misshapen and rule.check is not None:
                    yield from _under(one, rule, rule.check(one.run, event))

    def _changes(self, seen: Iterable[_Seen]) -> Iterator[NamedProblem]:
        for one in seen:
            snapshot = {name: _kept(one.run[name]) for name in self._fields if name in one.run}
            before, spoiled = self._snapshots.get(one.run["id"], (None, frozenset()))
            self._snapshots[one.run["id"]] = snapshot, one.misshapen
            if before is None:
                continue
            for rule in self._rules["snapshot"]:
                if not rule.fields & (one.misshapen | spoiled) and rule.check is not None:
                    yield from _under(one, rule, rule.check(snapshot, before))

    def _chain(self, origin: Origin | None) -> _Chain | None:
        """The listing that a page belongs to, if it is known to belong to one."""
        if self._listing:
            return self._chains[None]
        if origin is None or origin.request is None or origin.request.method != "GET":
            return None
        query = {**origin.request.query}
        after = query.pop("after", None)
        key = (origin.request.path, *sorted(query.items()))
        if after is None or self._chains[key].last_id != after:
            self._chains[key] = _Chain()
        chain = self._chains[key]
        if after is not None:
            chain.ids.add(after)
        return chain

    def _listed(
        self, part: Part, seen: list[_Seen], found: Found, chain: _Chain, *, is_end: bool
    ) -> Iterator[NamedProblem]:
        page = part.page if isinstance(part.page, dict) else {}
        form = found.recognised.form
        wire = page if form == "wire" else to_wire(page, contract(*self._named(form)).shape_of("list_runs_response"))
        misshapen = _misshapen(part.pointer, found.problems)
        if misshapen is None or not isinstance(wire.get("data"), list):
            chain.forget()
            return
        before = chain.listed(is_end=is_end)
        prefix = f"{part.pointer}/data/" if part.pointer else "data/"
        for rule in self._rules["page"]:
            runs = [
                (int(one.pointer.removeprefix(prefix)), one.run)
                for one in seen
                if not one.misshapen & {*rule.run_reads}
            ]
            if not rule.fields & misshapen and all(wire.get(name) is not None for name in rule.given) and rule.check:
                problems = list(rule.check(Page(wire, runs), before))
                yield from under(part.pointer, [(rule.name, one) for one in problems], None if form == "wire" else page)
        chain.add(wire, [one for one in seen if not one.misshapen & {"id", "created_at"}], misshapen)


class _Chain:
    """The pages of one listing so far."""

    def __init__(self) -> None:
        self.ids: set[str] = set()
        self.last_id: str | None = None
        self._has_more: bool | None = None
        self._created_at: float | None = None
        self._direction = 0

    def listed(self, *, is_end: bool) -> Listed:
        """What a rule may know of them."""
        return Listed(self.ids, self._has_more, self._created_at, self._direction, is_end)

    def add(self, page: Mapping[str, Any], seen: Iterable[_Seen], misshapen: frozenset[str]) -> None:
        """Remember a page."""
        self._has_more = None if "has_more" in misshapen else page.get("has_more")
        for one in seen:
            created_at = one.run["created_at"]
            if self._created_at is not None and not self._direction:
                self._direction = (created_at > self._created_at) - (created_at < self._created_at)
            self.ids.add(one.run["id"])
            self.last_id, self._created_at = one.run["id"], created_at

    def forget(self) -> None:
        """What comes after an unreadable page cannot be held against the page before it."""
        self._has_more = self._created_at = None


def _misshapen(pointer: str, problems: Iterable[NamedProblem]) -> frozenset[str] | None:
    """The fields of a run or page in which the earlier passes found something; None if it is misshapen as a whole."""
    fields: set[str] = set()
    depth = len(split(pointer)) if pointer else 0
    for rule, problem in problems:
        parts = split(problem.pointer) if problem.pointer else ()
        if not rule.startswith(("schema:", "non-finite")) or "/".join(problem.pointer.split("/")[:depth]) != pointer:
            continue
        if len(parts) > depth:
            fields.add(_snake(parts[depth]))
        elif rule == "schema:required":
            fields.update(problem.identity.split(","))
        else:
            return None
    return frozenset(fields)


def _snake(key: str) -> str:
    from validator.contract import wire_names  # the names of the other form are rarely asked for

    return wire_names().get(key, key)


def _under(one: _Seen, rule: Rule, problems: Iterable[Any]) -> list[NamedProblem]:
    return under(one.pointer, [(rule.name, problem) for problem in problems], one.spelt_as)


def _kept(value: Any) -> Any:
    """A value as it is kept: small things as they are, of everything else enough to tell it from another."""
    if isinstance(value, list | dict) and not _is_flat(value):
        value = json.dumps(value, sort_keys=True)
    if isinstance(value, str) and len(value) > _LONGEST_KEPT:
        return blake2b(value.encode("utf-8", "surrogatepass"), digest_size=16).digest()
    return value


def _is_flat(value: Any) -> bool:
    """Whether a value is usage or the like: a few numbers."""
    return isinstance(value, dict) and all(isinstance(child, int | dict) for child in value.values()) and len(value) < 9
