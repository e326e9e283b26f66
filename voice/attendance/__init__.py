"""What a call minds beside turns: silence, background, fillers, keys, limits, the watchdog and the language. Pure."""
