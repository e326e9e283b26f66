"""Custom actions of the telephone company: each class answers to one action name of the domain.

`accounts` knows the company's data, the `*_actions` modules answer for the flows. They are written against the
public action SDK, so that any action server for this format can run them.
"""
