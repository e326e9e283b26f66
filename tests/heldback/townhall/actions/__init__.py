"""Custom actions of the town hall of Millbrook: plain, in memory and the same in every run."""
