"""Variances of linear statistics under a design."""
