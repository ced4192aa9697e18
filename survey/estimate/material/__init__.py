"""From cells to the rows that weighting reads."""
