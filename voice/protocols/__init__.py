"""Wire formats, one a file, without I/O."""
