"""Answers from files and other systems."""
