"""Files, containers and recordings."""
