"""Pages of schemes: the list, one scheme in words, and the workshop where one is written and checked."""
