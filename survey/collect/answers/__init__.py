"""What was received: looked up, counted, tallied."""
