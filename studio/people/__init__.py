"""Who works in the studio: accounts and their roles, sessions, one-time links, programs' tokens, and the audit log."""
