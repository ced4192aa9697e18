"""What the room `collect` stores."""
