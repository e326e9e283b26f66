"""A caller: a real WebRTC client that speaks recordings to a server turn by turn and measures the answers.

`client` is the shell (connection, pacing, listening), `line` its connection, `loss` what a bad one loses.
Everything else is pure: `script` says what is said and when, `wav` reads recordings, `listening` decides when
a reply is over, `timeline` puts what arrived where it belongs in time, `lateness` finds frames that came too
late, `clock` maps the server's clock, `measure` finds the gap in the audio, `report` folds the log of a call
into what a person or a program reads.
"""
