"""From what is written to what a voice is given to speak, word by word."""
