"""Where the project's files are."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "samples"
VALID = sorted((SAMPLES / "valid").rglob("*.json"))
SOURCES = sorted((SAMPLES / "sources").iterdir())
"""A sound file of every kind that is read."""
INVALID = sorted((SAMPLES / "invalid").glob("*.json"))
INVALID_SOURCES = sorted({*(SAMPLES / "invalid").iterdir()} - {*INVALID})
SERIES = sorted(path for path in (SAMPLES / "series").iterdir() if path.name != "almost")
SOUND_SERIES = sorted((SAMPLES / "series" / "almost").iterdir())
"""Documents that belong together, in a file or a folder: pages, snapshots, events, calls."""
MISSHAPEN = sorted((SAMPLES / "misshapen").glob("*.json"))
