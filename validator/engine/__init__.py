"""One document, and documents that belong together: classify, check, explain, excerpt."""
