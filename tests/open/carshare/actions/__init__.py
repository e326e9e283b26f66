"""Custom actions of the car-sharing company: plain lookups in fixed tables, and writes that only leave a number."""
