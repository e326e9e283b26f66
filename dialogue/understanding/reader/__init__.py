"""The reader: a trained head on the sentence encoder that says what a turn does, and where its values are."""
