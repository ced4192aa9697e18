"""What the room `estimate` stores."""
