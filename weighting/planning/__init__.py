"""How many to ask: sizes and allocations."""
