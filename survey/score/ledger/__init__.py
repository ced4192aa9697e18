"""Who changed which value, when, from what to what, and why."""
