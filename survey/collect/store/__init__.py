"""Storing one response once: content, token, receipt, writer."""
