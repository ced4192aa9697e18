"""Whose answers are collected how (collections), and which of them a period is judged by (rounds)."""
