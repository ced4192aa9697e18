"""Room `estimate`."""
