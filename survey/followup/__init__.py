"""Room `followup`."""
