"""Custom actions of the restaurant: every class here answers to one action name of the domain.

`books` is the restaurant's own memory, the other modules join it to the conversation. They are written against the
action SDK of the format, so any action server that speaks it can run them.
"""
