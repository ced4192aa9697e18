"""The door of `score`."""
