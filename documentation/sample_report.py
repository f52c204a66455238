"""The HTML report of some samples, as a page of the site and inside the guide about it."""

from __future__ import annotations

from documentation.session import printed

FILE = "assets/sample-report.html"
_SAMPLES = ("token-total-mismatch", "ended-before-started", "concurrent-active-runs", "missing-usage")


def report() -> str:
    """Return the report."""
    return printed(*(f"samples/invalid/{name}.json" for name in _SAMPLES), "samples/valid/page.json", "-f", "html")


def sample_report() -> str:
    """Return the report in a frame, and a link to it."""
    frame = f'<iframe class="report" src="{FILE}" title="An HTML report" loading="lazy"></iframe>'
    return f"{frame}\n\n[Open this report of five samples]({FILE})"
