"""JSON text: parsing, positions, edits."""
