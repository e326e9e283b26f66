"""Recording of calls: both voices in stereo, the event log and what turn-taking was given, masked and by consent.

    call ── heard, played, event, logged, turn_input ──→ CallRecorder (here, on the event loop, without I/O)
                     tracks · consent · spans · masking ──→ orders ──→ RecordingWriter (a thread) ──→ folder of the call

What is decided is pure (`assembly` and what it is made of); only `writer` and `folder` touch the disk.
"""
