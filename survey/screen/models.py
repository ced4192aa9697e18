"""What the room `screen` stores."""
