"""What pages share: menu, notices, how values look."""
