"""JSON text with positions: parse it strictly, explain syntax errors, locate pointers, edit values."""
