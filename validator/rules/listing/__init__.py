"""Rules of a listing: what its pages say together."""
