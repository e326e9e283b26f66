"""What the assistant looks up and does: its orders, a few to try it with."""
