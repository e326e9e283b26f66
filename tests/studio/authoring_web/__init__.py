"""The studio's pages in a real browser, against the real API over real files: one test a check of the issue."""
