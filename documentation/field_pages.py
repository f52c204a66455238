"""A page for each field of a page and of a run, made from the schemas, and the table of all fields."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from documentation.fields import Field, camel_path, fields, in_words
from documentation.markdown import code, fenced, front_matter, page, prose, table
from documentation.rule_pages import read_by, rule_table
from documentation.session import ROOT
from validator.core.resource import RUN
from validator.rules.registry import RULES

FOLDERS: Mapping[str, str] = {RUN.list_schema: "page", RUN.item_schema: "run"}
_PLACES: Mapping[str, str] = {RUN.list_schema: "/", RUN.item_schema: "/data/*/"}
_WHAT: Mapping[str, str] = {RUN.list_schema: "the page", RUN.item_schema: "a run"}
_OBSERVED, _CAMEL = "`observed`", "`observed`, camelCase"
_EDITIONS = {
    _OBSERVED: ("observed", "wire"),
    _CAMEL: ("observed", "sdk"),
    "`published`": ("published", "wire"),
}


def pages() -> Iterator[tuple[str, str]]:
    """Yield the page that lists the fields and the page of each field."""
    yield "fields/index.md", _index()
    for subject, folder in FOLDERS.items():
        for field in _observed(subject).values():
            yield f"fields/{folder}/{field.name}.md", _page(subject, field)


def contents() -> list[dict[str, list[dict[str, str]]]]:
    """Return the fields in the navigation."""
    return [
        {f"{folder.capitalize()} fields": [{name: f"fields/{folder}/{name}.md"} for name in _observed(subject)]}
        for subject, folder in FOLDERS.items()
    ]


def differences() -> str:
    """Return the table of all differences between the contracts."""
    rows = []
    for subject, folder in FOLDERS.items():
        published = _by_path("published", "wire", subject)
        for path, field in _by_path("observed", "wire", subject).items():
            other, top = published[path], path.partition(".")[0].removesuffix("[]")
            anchor = "" if path == top else f"#{_anchor(path)}"
            if _facts(field) != _facts(other):
                link = f"[`{path}`](fields/{folder}/{top}.md{anchor})"
                rows.append((link, *(_briefly(either, field, other) for either in (field, other))))
    return table(("field", "observed", "published"), rows)


def _briefly(field: Field, *both: Field) -> str:
    """Return what differs between two fields."""
    value = field.value if len({other.value for other in both}) > 1 else ""
    required = f"required: {field.required}" if len({other.required for other in both}) > 1 else ""
    return "; ".join(filter(None, (value, required)))


def _observed(subject: str) -> Mapping[str, Field]:
    return fields("observed", "wire", subject)


@cache
def _by_path(contract: Any, form: Any, subject: str) -> dict[str, Field]:
    """Return all fields of a contract in a form, nested ones too, by their paths in wire names."""
    top = fields(contract, form, subject).values()
    return {field.path: field for outer in top for field in (outer, *outer.all_inside())}


def _index() -> str:
    return page(
        "# Fields",
        "Every field that the schemas declare, with its allowed values. *Required* says in which runs the key has to "
        "be there; a key that is required may still be null where null is named. A run is of the v1 generation if it "
        "has [`file_ids`](run/file_ids.md), and of v2 otherwise. Keys that are not listed are allowed.",
        *(
            f"## Fields of {_WHAT[subject]}\n\n"
            + table(
                ("field", "required", "value", "meaning"),
                (
                    (
                        f"[`{field.name}`]({folder}/{field.name}.md)",
                        field.required,
                        field.value,
                        prose(field.description),
                    )
                    for field in _observed(subject).values()
                ),
            )
            for subject, folder in FOLDERS.items()
        ),
        "This is the `observed` contract; each page says where `published` differs, and so does a table under "
        "[contracts](../contracts.md#where-they-differ).",
    )


def _page(subject: str, field: Field) -> str:
    rules = [rule for rule in RULES if field.name in read_by(rule)[subject]]
    return page(
        front_matter(field.name, field.description),
        f"# {field.name}",
        f"{code(_PLACES[subject] + field.name)}, a field of {_WHAT[subject]}. {prose(' '.join(field.described))}",
        _editions(subject, field),
        _example(subject, field.name),
        "## Inside\n" if field.inside else "",
        *(_section(subject, inner) for inner in field.all_inside() if _has_facts(inner)),
        f"## Rules that read it\n\n{rule_table(rules, '../../rules/')}" if rules else "",
        "Its shape is checked by the [schema rules](../../rules/index.md), such as "
        "[`schema:type`](../../rules/schema-type.md) and [`schema:required`](../../rules/schema-required.md).",
    )


def _has_facts(field: Field) -> bool:
    """Return whether the field has more to show than its name: the elements of most arrays are objects."""
    return bool(field.description) or not field.inside


def _editions(subject: str, field: Field) -> str:
    """Return the facts about a field by contract and form: one line if they are all the same."""
    columns = {name: _facts(_by_path(*edition, subject)[field.path]) for name, edition in _EDITIONS.items()}
    if len({*columns.values()}) == 1:
        ((required, value),) = {*columns.values()}
        return table(("contract", "required", "value"), [("both", required, value)])
    lines: dict[tuple[str, str], list[str]] = {}
    for name, facts in columns.items():
        lines.setdefault(facts, []).append(name)
    for names in lines.values():
        if {_OBSERVED, _CAMEL} <= {*names}:
            names.remove(_CAMEL)
    return table(("contract", "required", "value"), ((" · ".join(names), *facts) for facts, names in lines.items()))


def _facts(field: Field) -> tuple[str, str]:
    required = "–" if field.name in ("[]", "*") else field.required
    return required, field.value


def _section(subject: str, field: Field) -> str:
    camel = camel_path(field.path)
    return page(
        f"### {field.path.replace('*', '…')} {{ #{_anchor(field.path)} }}",
        " ".join(
            filter(
                None,
                (
                    prose(" ".join(field.described)),
                    f"Only {in_words(field.only)}." if field.only else "",
                    "Any other key." if field.name == "*" else "",
                    f"In camelCase: {code(camel)}." if camel != field.path else "",
                ),
            )
        ),
        _editions(subject, field),
    )


def _anchor(path: str) -> str:
    return path.replace("[]", "").replace("*", "any").replace(".", "-")


def _example(subject: str, name: str) -> str:
    """Return the field in a valid sample: the first that is neither empty nor long."""
    for value in _samples(subject, name):
        text = json.dumps({name: value}, indent=2, ensure_ascii=False)
        if value not in (None, [], {}) and len(text) < 800:
            return "## Example\n\n" + fenced(text, "json")
    return ""


def _samples(subject: str, name: str) -> Iterator[Any]:
    valid = ROOT / "samples" / "valid"
    for path in (*sorted(valid.glob("*page.json")), *sorted(valid.glob("status-*.json"))):
        document = json.loads(path.read_bytes())
        for value in [document] if subject == RUN.list_schema else document["data"]:
            yield value.get(name)
