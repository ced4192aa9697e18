"""From indices and values to a sheet, frozen and signed."""
