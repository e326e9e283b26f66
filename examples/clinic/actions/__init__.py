"""Custom actions of the clinic: every class in the `*_actions` modules answers to one action name of the domain.

The pure parts (`days`, `times`) know no patients, `records` knows the clinic's data, and the actions join them.
They are written against the public action SDK, so that any action server for this format can run them.
"""
