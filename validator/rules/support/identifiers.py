"""Which identifiers can be relied on, so that another field may be set to one of them."""

from __future__ import annotations

from validator.core.phrases import is_plain
from validator.core.problem import Fix
from validator.rules.support.objects import Page

PLACEHOLDERS = frozenset(
    (
        *("<id>", "<value>", "<key>", "<string>", "<text>", "<name>", "<uuid>", "string", "text"),
        *("<run_id>", "<thread_id>", "<assistant_id>", "<model>", "<instructions>"),
    )
)
"""What stands in generated samples where data would be."""

_OF_OTHERS = ("thread_", "asst_", "msg_", "step_", "call_")


def run_id_as_fix(page: Page, index: int) -> Fix | None:
    """The id of one of the runs as what an end of the page is to name; None where the id itself is in doubt."""
    ids = [run["id"] for _, run in page.runs]
    run_id: str = ids[index]
    if not is_plain(run_id) or run_id in PLACEHOLDERS or run_id.startswith(_OF_OTHERS) or ids.count(run_id) > 1:
        return None
    return Fix(run_id)
