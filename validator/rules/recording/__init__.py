"""Rules over all answers of a recording that list the runs of one thread."""
