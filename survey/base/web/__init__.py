"""What pages share: menu, notices, how values look, tables in and out."""
