"""Replicate weights and what is estimated with them."""
