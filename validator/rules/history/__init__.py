"""Rules of a history: what snapshots of one run show together."""
