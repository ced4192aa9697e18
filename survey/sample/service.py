"""The door of `sample`."""
