"""The door of `followup`."""
