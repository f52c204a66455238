"""The reference of the Python library: its public names, their signatures and docstrings."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import validator
from documentation.markdown import fenced, front_matter, page, prose
from validator.core.results import DocumentInfo, Summary


def pages() -> Iterator[tuple[str, str]]:
    """Yield the page."""
    names = sorted(validator.__all__, key=lambda name: (name != "validate", name[0].isupper(), name))
    yield (
        "reference/library.md",
        page(
            front_matter("The library", "The public names of the package validator."),
            "# The library",
            "What is on this page and [`validator.dask`](../dask.md) is public; anything else may change at any time. "
            "All names but those of the last section are imported from `validator`.",
            *(_section(name, getattr(validator, name)) for name in names),
            "## What a report holds { #report-parts }",
            *(_section(part.__name__, part).replace("## ", "### ", 1) for part in (DocumentInfo, Summary)),
        ),
    )


def _section(name: str, value: object) -> str:
    return page(f"## {name} {{ #{name} }}", _signature(name, value), _docstring(value), *_members(value))


def _docstring(value: object) -> str:
    return "\n\n".join(prose(paragraph) for paragraph in (inspect.getdoc(value) or "").split("\n\n"))


def _signature(name: str, value: object) -> str:
    if not inspect.isfunction(value) and not (inspect.isclass(value) and "__init__" in vars(value)):
        return ""
    signature = inspect.signature(value)
    inside = ",\n".join(_parameters(signature))
    result = "" if inspect.isclass(value) else f" -> {signature.return_annotation}"
    return fenced(f"{name}(\n{inside},\n){result}", "python") if inside else fenced(f"{name}(){result}", "python")


def _parameters(signature: inspect.Signature) -> Iterator[str]:
    starred = False
    for parameter in signature.parameters.values():
        if parameter.kind is parameter.KEYWORD_ONLY and not starred:
            yield "    *"
            starred = True
        stars = "**" if parameter.kind is parameter.VAR_KEYWORD else ""
        default = "" if parameter.default is parameter.empty else f" = {parameter.default!r}"
        yield f"    {stars}{parameter.name}: {parameter.annotation}{default}"


def _members(value: object) -> Iterator[str]:
    """Yield the public properties and methods of a class that have a docstring."""
    if not inspect.isclass(value):
        return
    for name, member in vars(value).items():
        text = inspect.getdoc(member) if isinstance(member, property) or inspect.isfunction(member) else None
        if text and not name.startswith("_"):
            call = "" if isinstance(member, property) else "()"
            yield f"`{value.__name__}.{name}{call}`\n:   {prose(text)}"
