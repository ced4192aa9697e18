"""What an estimate says, and its intervals."""
