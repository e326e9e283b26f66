"""The bookshop's own code: reading codes out of speech, and a small made-up shop behind it."""
