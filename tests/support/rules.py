"""Rules that do something else than usual."""

from collections.abc import Callable
from typing import Any

import pytest

from validator.rules import loader
from validator.rules.base import Rule


def replace_checks(monkeypatch: pytest.MonkeyPatch, **checks: Callable[..., Any]) -> None:
    """Let the rules of these names, with underscores, call other checks; without any, all rules are compiled anew."""

    def replaced(rule: Rule) -> Rule:
        return rule._replace(check=checks.get(rule.name.replace("-", "_"), rule.check))

    rules = {folder: tuple(map(replaced, loader.load_rules(folder))) for folder in loader.FOLDERS}
    monkeypatch.setattr(loader, "load_rules", lambda folder: rules[folder])
