"""Fixtures for the tests of rules."""

from collections.abc import Callable

import pytest


@pytest.fixture(params=["with jsonschema-rs", "without jsonschema-rs"])
def engine(request: pytest.FixtureRequest, without_fast_engines: Callable[[], None]) -> None:
    """Check with the fast engine and without it."""
    if request.param == "without jsonschema-rs":
        without_fast_engines()
