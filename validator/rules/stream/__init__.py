"""Rules of a stream: what its events show together."""
