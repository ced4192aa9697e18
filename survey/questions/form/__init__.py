"""What a form is, its documents, and every form there is."""
