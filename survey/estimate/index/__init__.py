"""From rows to indices and their parts."""
