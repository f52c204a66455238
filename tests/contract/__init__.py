"""The schemas: loaded, compiled, explained, exported."""
