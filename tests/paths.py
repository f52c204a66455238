"""Where the project's files are."""

from pathlib import Path

ROOT = Path(__file__).parent.parent
SAMPLES = ROOT / "samples"
VALID = sorted((SAMPLES / "valid").rglob("*.json"))
INVALID = sorted((SAMPLES / "invalid").glob("*.json"))
MISSHAPEN = sorted((SAMPLES / "misshapen").glob("*.json"))
