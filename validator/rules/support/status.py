"""Rules about the statuses in which a field of a run is set: one declaration gives the check and the accept schema."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Unpack

from validator.core.phrases import join_or
from validator.rules.base import ACTIVE, TERMINAL, Problem, Problems, Rule, RuleFields, Run, Shown, make_rule


def required_in(
    module: str,
    text: str | None,
    *,
    field: str,
    statuses: Collection[str],
    expected: str,
    group: str = "status",
    **fields: Unpack[RuleFields],
) -> Rule:
    """Make a rule that reports the field if it is null or absent in one of the statuses.

    `expected` says what belongs there: "the time of completion".
    """

    def check(run: Run) -> Problems:
        return [Problem(field, f"is not set, but status is {{}}; expected {expected}", (Shown(run["status"]),))]

    fields["requires_null"], fields["is_condition"] = (field,), True
    return make_rule(module, text, check, subject="run", group=group, statuses=statuses, **fields)


def allowed_only_in(
    module: str,
    text: str | None,
    *,
    field: str,
    statuses: Collection[str],
    when: str = "",
    key: str = "",
    group: str = "status",
    **fields: Unpack[RuleFields],
) -> Rule:
    """Make a rule that reports the field if it is set in any other status.

    `when` says when null is expected: "once a run has ended". `key` names the member of the field that is shown.
    """
    expected = "null " + (when or f"unless status is {join_or(map(json.dumps, statuses))}")

    def check(run: Run) -> Problems:
        value, verb = run[field], "is"
        if key and value.get(key) is not None:
            value, verb = Shown(value[key]), f"has {key}"
        return [Problem(field, f"{verb} {{}}, but status is {{}}; expected {expected}", (value, Shown(run["status"])))]

    fields["requires"], fields["is_condition"] = (field,), True
    others = (ACTIVE | TERMINAL).difference(statuses)
    return make_rule(module, text, check, subject="run", group=group, statuses=others, **fields)
