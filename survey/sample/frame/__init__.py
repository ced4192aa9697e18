"""The list that is drawn from."""
