"""Custom actions of the sports centres: lookups in fixed tables, and writes that only hand out numbers."""
