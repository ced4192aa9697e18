"""A wave: drawn, its links and letters, opened and closed."""
