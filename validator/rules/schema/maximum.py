"""A number is larger than the contract allows.

File search returns at most 50 results (`max_num_results`), and its `score_threshold` lies between 0 and 1. A larger
number is no setting that the API would have accepted: it was made up, or is in another unit, such as a threshold in
per cent, and a client that sends it back when it creates the next run is refused.

Bad:

    {"tools": [{"type": "file_search", "file_search": {"max_num_results": 99}}]}

Good:

    {"tools": [{"type": "file_search", "file_search": {"max_num_results": 50}}]}
"""

from validator.rules.base import ERROR, make_rule

check = make_rule(
    __name__,
    __doc__,
    group="schema",
    severity=ERROR,
    name="schema:maximum",
    source="https://github.com/openai/openai-openapi/blob/master/openapi.yaml",
    source_note=(
        "AssistantToolsFileSearch: max_num_results has the maximum 50, FileSearchRankingOptions: "
        "score_threshold has the maximum 1"
    ),
)
