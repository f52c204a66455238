"""All rules, in the order in which they are listed: for what looks them up by name, and lists them."""

from validator.rules.base import Rule
from validator.rules.loader import FOLDERS, load_rules

RULES: tuple[Rule, ...] = tuple(rule for folder in FOLDERS for rule in load_rules(folder))

BY_NAME = {rule.name: rule for rule in RULES}
