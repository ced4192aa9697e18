"""The door of `screen`."""
