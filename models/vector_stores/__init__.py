"""Vector stores that documents are looked up in, behind the port of `dialogue`: one adapter a file."""
