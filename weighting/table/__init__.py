"""The table of a report: many domains and questions at once."""
