"""Frozen sheets for the main appraisal system."""
