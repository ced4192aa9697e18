"""How points come about: the scheme, read and checked."""
