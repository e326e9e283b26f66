"""Synthetic callers: they speak the steps of a test over a real connection, each in a manner of its own.

`manner` says how a caller speaks, `shaping` makes speech sound so, `script` what is said and when, `telephone` says
it over `voice.caller`'s line, `told` reads the server's events back into turns, `words` compares what was said with
what was heard. All but `telephone` is pure.
"""
