"""Rules of a listing: what its pages show together."""
