"""Rules of a listing: what the pages of it say together."""
