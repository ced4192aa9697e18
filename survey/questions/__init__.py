"""What is asked: scales, points, sources, channels, questionnaires, reasons, wording."""
