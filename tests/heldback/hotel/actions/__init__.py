"""Custom actions of Linden Hotels: plain, in memory and the same in every run."""
