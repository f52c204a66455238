"""A word that clients branch on is empty.

`last_error.code`, `incomplete_details.reason` and `ranker` may be any word, since servers have words of their own, but
an empty string is none: it tells a reader nothing and falls through every branch. It is the zero value of a server
whose language fills in what was never set; null in the field around it is what says that there is none.

Bad:

    {"tools": [{"type": "file_search", "file_search": {"ranking_options": {"ranker": "", "score_threshold": 0.5}}}]}

Good:

    {"tools": [{"type": "file_search", "file_search": {"ranking_options": {"ranker": "auto", "score_threshold": 0.5}}}]}
"""

from validator.rules.base import ERROR, make_rule

check = make_rule(
    __name__,
    __doc__,
    group="schema",
    severity=ERROR,
    name="schema:minLength",
    source="https://platform.openai.com/docs/api-reference/runs/object",
    source_note="last_error.code, incomplete_details.reason and ranker are words from a vocabulary",
    evidence="0 of 244 genuine run objects have an empty one",
)
