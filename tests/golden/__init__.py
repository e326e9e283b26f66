"""Generated end-to-end tests: scripts of assistants, times behaviours, judged by the format's reference.

scripts/<assistant>   what its main flows ask, by hand
rules                 what the reference says happens next, on a path of questions; knows no engine
behaviours/           one file a group of behaviours: happy paths, corrections, digressions, …
writing               test files and their recorded commands, as YAML
cases/                what `python -m tests.golden.generate` writes; regenerating gives the same bytes
"""
