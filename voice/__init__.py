"""Audio, turn-taking and calls."""
