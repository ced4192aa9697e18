"""The citizen's way in: a scan at a counter, a personal link."""
