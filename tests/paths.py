"""Where the project's files are."""

from pathlib import Path

ROOT = Path(__file__).parent.parent
SAMPLES = ROOT / "samples"
VALID = sorted((SAMPLES / "valid").rglob("*.json"))
SOURCES = sorted([*(SAMPLES / "sources").iterdir(), *(SAMPLES / "valid").rglob("*.sse")])
"""A sound file of every kind that is read."""
INVALID = sorted((SAMPLES / "invalid").glob("*.json"))
INVALID_SOURCES = sorted({*(SAMPLES / "invalid").iterdir()} - {*INVALID})
MISSHAPEN = sorted((SAMPLES / "misshapen").glob("*.json"))
