"""One document, and documents that belong together."""
