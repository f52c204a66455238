"""What Hypothesis draws from: sound pages, pages with faults, any JSON, any bytes."""

from __future__ import annotations

import copy
import json
from typing import Any

from hypothesis import strategies as st

from tests.support.mutations import Mutation, mutations
from tests.support.pages import page, run
from tests.support.paths import VALID
from validator.contract.loader import load_contract
from validator.rules.objects import PLACEHOLDERS

FREE_TEXT = st.text(max_size=60).filter(lambda text: text not in PLACEHOLDERS)
_KEYS = st.text(max_size=12) | st.sampled_from(["id", "data", "object", "status", "usage", "a/b", "m~n", "0"])
_NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
ANY_JSON = st.recursive(
    st.none() | st.booleans() | _NUMBERS | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(_KEYS, inner, max_size=5),
    max_leaves=25,
)
_ENVELOPE = {"object": "list", "first_id": None, "last_id": None, "has_more": False}
_RUN = run()


def _runs_of(values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Runs in which some fields hold anything."""
    return st.dictionaries(st.sampled_from(sorted(_RUN)), values, max_size=4).map(lambda fields: {**_RUN, **fields})


LIKE_PAGES = st.builds(
    lambda data, more: {**_ENVELOPE, "data": data, **more},
    st.lists(_runs_of(ANY_JSON) | ANY_JSON, max_size=4),
    st.dictionaries(st.sampled_from([*_ENVELOPE]), ANY_JSON, max_size=3),
)
"""Pages and runs, near enough to what is expected to get as far as the rules."""
DOCUMENTS = LIKE_PAGES | _runs_of(ANY_JSON) | ANY_JSON


@st.composite
def valid_runs(draw: st.DrawFn, number: int = 0) -> dict[str, Any]:
    """A completed run like those of genuine servers."""
    created = draw(st.integers(1_700_000_000, 1_790_000_000))
    started = created + draw(st.integers(0, 60))
    prompt, completion = draw(st.integers(0, 10**6)), draw(st.integers(0, 10**6))
    return run(
        id=f"run_{number}{draw(st.text('abcdefgh0123456789', min_size=1, max_size=20))}",
        created_at=created,
        started_at=started,
        completed_at=started + draw(st.integers(0, 600)),
        instructions=draw(FREE_TEXT),
        metadata=draw(st.dictionaries(st.text(max_size=64), st.text(max_size=80), max_size=16)),
        temperature=draw(st.none() | st.floats(0, 2)),
        top_p=draw(st.none() | st.floats(0, 1)),
        usage={
            "prompt_tokens": prompt,
            "completion_tokens": completion,
            "total_tokens": prompt + completion,
            "prompt_token_details": {"cached_tokens": draw(st.integers(0, prompt))},
            "completion_tokens_details": {"reasoning_tokens": draw(st.integers(0, completion))},
        },
    )


@st.composite
def valid_pages(draw: st.DrawFn) -> dict[str, Any]:
    """A page of such runs, in the order of their creation."""
    runs = [draw(valid_runs(number)) for number in range(draw(st.integers(1, 4)))]
    return page(*sorted(runs, key=lambda one: one["created_at"], reverse=draw(st.booleans())))


_PAGES = [json.loads(path.read_bytes()) for path in VALID if path.name in ("page.json", "mixed-tools-page.json")]
_MUTATIONS = [
    (one, mutation) for one in _PAGES for mutation in mutations(one, load_contract("observed", "wire")) if mutation.path
]


def mutated_pages() -> st.SearchStrategy[tuple[dict[str, Any], Mutation]]:
    """A sound sample with one fault of shape in it, and the fault."""
    return st.sampled_from(_MUTATIONS).map(lambda pair: (pair[1].applied(copy.deepcopy(pair[0])), pair[1]))


ANY_BYTES = st.binary(max_size=300)


@st.composite
def damaged_bytes(draw: st.DrawFn) -> bytes:
    """The bytes of a document, some of which were lost, doubled or replaced."""
    data = json.dumps(draw(DOCUMENTS), ensure_ascii=draw(st.booleans())).encode("utf-8", "surrogatepass")
    at = draw(st.integers(0, len(data)))
    return data[:at] + draw(st.binary(max_size=4)) + data[at + draw(st.integers(0, 4)) :]
