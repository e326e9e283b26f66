"""Shells that carry a call's audio: each gives a `MediaLink`."""
