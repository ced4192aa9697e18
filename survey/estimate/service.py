"""The door of `estimate`."""
