"""Dialogue-understanding tests: which commands each turn should become, told turn by turn and scored."""
