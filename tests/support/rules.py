"""Rules that do something else than usual."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from validator.rules import registry


def replace_checks(monkeypatch: pytest.MonkeyPatch, **checks: Callable[..., Any]) -> None:
    """Let the rules of these names, with underscores, call other checks; without any, all rules are compiled anew."""
    rules = (replace(rule, check=checks.get(rule.name.replace("-", "_"), rule.check)) for rule in registry.RULES)
    monkeypatch.setattr(registry, "RULES", tuple(rules))
