"""Fixtures that several test modules share."""

from collections.abc import Callable

import pytest

from validator import embedded, parse, schema_pass


@pytest.fixture
def without_fast_engines(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Go on as on a machine where neither jsonschema-rs nor jiter has a wheel."""

    def switch() -> None:
        monkeypatch.setattr(schema_pass, "jsonschema_rs", None)
        schema_pass.accepts.cache_clear()

    yield switch  # type: ignore[misc]
    schema_pass.accepts.cache_clear()
