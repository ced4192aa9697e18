"""Room `sample`."""
