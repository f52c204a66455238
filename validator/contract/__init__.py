"""The schemas: loaded, compiled, explained and exported."""
