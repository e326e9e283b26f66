"""`vivavoce test --voice`: end-to-end tests spoken by synthetic callers over real WebRTC calls.

`plan` says how a run is spoken, `voices` synthesises the callers, `serving` is the server of one case, `judging`
compares what was told with what a test expects, `runner` runs cases, `report` tells the outcome, `run` puts all of it
together for the command line.
"""
