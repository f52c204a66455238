"""Checks of a live server: what to ask it, a recording of its answers, and the verdict on every statement."""

from validator.live.assertion import assert_live_listing
from validator.live.listing import LiveReport, check_listing
from validator.live.transport import LiveError

__all__ = ["LiveError", "LiveReport", "assert_live_listing", "check_listing"]
