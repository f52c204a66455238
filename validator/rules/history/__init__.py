"""Rules of a history: what snapshots of one run, or the events of one stream, show together."""
