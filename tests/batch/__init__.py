"""Many documents: parallel work and the baseline."""
