"""The closed matcher: what the waiting step expects, recognised in a millisecond and only where it is certain."""
