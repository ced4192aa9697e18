"""The door of `collect`."""
