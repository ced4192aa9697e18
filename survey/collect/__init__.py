"""Room `collect`."""
