"""What the room `followup` stores."""
