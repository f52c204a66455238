"""What the parts of the plugin share through pytest's stash."""

import pytest

from validator.assertions import Watch

WATCH = pytest.StashKey[Watch]()
"""The watch of the test that is running."""
