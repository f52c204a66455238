"""Rules over one recorded answer and the request that it answers."""
