"""Room `units`."""
