"""Custom actions of the household insurer: fixed tables, documents, checks of values, and writes that store nothing."""
