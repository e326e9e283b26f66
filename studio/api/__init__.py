"""The HTTP surface: one file a noun, over the ports of `studio.api.services`."""
