"""Regression with design-based errors."""
