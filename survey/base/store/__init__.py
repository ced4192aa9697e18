"""Keeping: the database, long jobs, files between two pages, encryption."""
