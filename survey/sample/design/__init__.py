"""Before the draw: strata, allocation, the locked design, the draw itself."""
