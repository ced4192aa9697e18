"""Whom to ask: permanent random numbers and selection."""
