"""Which rules are in effect, and how severe they are: select, ignore and severity, by name, group or glob."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from functools import cache

from validator.core.phrases import Shown, find_similar, format_value, join_and
from validator.core.severity import OFF, Severity
from validator.rules.base import Rule
from validator.rules.registry import BY_NAME, RULES

GROUPS = tuple(dict.fromkeys(rule.group for rule in RULES))


class UnknownRule(ValueError):
    """No rule or group has this name; the text suggests one."""


class NoRuleLeft(ValueError):
    """The options leave no rule in effect that was asked for; the text names the options that remove them."""


def effective_severities(
    select: Iterable[str] = (), ignore: Iterable[str] = (), severity: Mapping[str, Severity | str] | None = None
) -> dict[str, Severity]:
    """Return the rules in effect with their severities.

    Raises `UnknownRule` for a word that is not the name of a rule or group or a glob of rules, `NoRuleLeft` if no rule
    remains of those that are selected, `ValueError` for an unknown severity and for the name of a mandatory rule, which
    stays in effect at its own severity.
    """
    select, ignore, severity = list(select), list(ignore), severity or {}
    refuse_mandatory((*ignore, *severity))
    # the mandatory rules are in effect anyway: without the others, only those that are selected by name are meant
    selected = match_names(select) or {rule.name for rule in RULES if not rule.mandatory}
    levels = {rule.name: level for word, level in severity.items() for rule in match_rules(word)}
    chosen = selected - match_names(ignore)
    effective = dict(_effective(chosen, levels))
    if not chosen & effective.keys():
        off = [word for word, level in severity.items() if level == OFF]
        removing = {
            "ignore": _removing(ignore, selected),
            "severity": [f"{word}={OFF}" for word in _removing(off, selected)],
        }
        options = [f"{option} {join_and(map(_quoted, words))}" for option, words in removing.items() if words]
        removed = f"those of select {join_and(map(_quoted, select))} are" if select else "all are"
        raise NoRuleLeft(f"no rule is left: {removed} removed by {join_and(options)}")
    return effective


def _removing(words: Iterable[str], selected: set[str]) -> list[str]:
    """Return the words that remove a selected rule."""
    return [word for word in words if selected & match_names([word])]


def refuse_mandatory(words: Iterable[str]) -> None:
    """Raise `ValueError` for the name of a mandatory rule; groups and globs may include one."""
    for word in words:
        if word in BY_NAME and BY_NAME[word].mandatory:
            raise ValueError(f"{word} can be neither ignored nor remapped")


def match_names(words: Iterable[str]) -> set[str]:
    """Return the names of the rules that names, groups and globs select; raises `UnknownRule`."""
    return {rule.name for word in words for rule in match_rules(word)}


def _effective(selected: set[str], levels: Mapping[str, Severity | str]) -> Iterator[tuple[str, Severity]]:
    for rule in RULES:
        level = rule.severity if rule.mandatory else levels.get(rule.name, rule.severity)
        if level != OFF and (rule.mandatory or rule.name in selected):
            yield rule.name, Severity(level)


@cache  # a list of words may repeat one many times
def match_rules(word: str) -> tuple[Rule, ...]:
    """Return the rules that a name, a group or a glob selects; raises `UnknownRule` if there is none."""
    rules = tuple(rule for rule in RULES if word in (rule.name, rule.group) or fnmatchcase(rule.name, word))
    if rules:
        return rules
    raise UnknownRule(f"no rule or group is called {_quoted(word)}, {_suggestion(word)}")


def _suggestion(word: str) -> str:
    if "," in word:  # as the command takes them
        return f"did you mean {', '.join(map(_quoted, word.split(',')))}, each a word of its own"
    similar = _closest(word)
    return f'did you mean "{similar}"' if similar else "--list-rules names them all"


def _closest(word: str) -> str | None:
    """Return the rule or group whose name is similar to the word, or the only one with this prefix, ignoring case."""
    names = {name.casefold(): name for name in (*BY_NAME, *GROUPS)}
    folded = word.casefold()
    prefixed = [name for name in names if folded and name.startswith(folded)]
    similar = find_similar(folded, names) or (prefixed[0] if len(prefixed) == 1 else None)
    return names[similar] if similar else None


def _quoted(word: str) -> str:
    return format_value(Shown(word), show_values=True)
