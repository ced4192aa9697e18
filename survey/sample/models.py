"""What the room `sample` stores."""
