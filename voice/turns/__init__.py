"""Turn-taking: when the caller speaks, when their turn is over, and when their speech stops the assistant. Pure."""
