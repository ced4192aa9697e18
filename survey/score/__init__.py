"""Room `score`."""
