"""What the room `score` stores."""
