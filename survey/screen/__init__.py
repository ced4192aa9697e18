"""Room `screen`."""
