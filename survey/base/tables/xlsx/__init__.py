"""XLSX, read straight from its parts, piece by piece, as a person sees it."""
