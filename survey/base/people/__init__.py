"""Who may sign in, what they may open, and what they did."""
