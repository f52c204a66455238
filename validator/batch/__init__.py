"""Many documents: their order, worker processes, the limit of findings and the baseline."""
