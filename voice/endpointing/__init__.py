"""How much silence ends a turn: from what was said so far, how it was said, and what the flow expects to hear. Pure."""
