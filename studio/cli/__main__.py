"""`python -m studio.cli` is `vivavoce`: how the studio starts a training without looking for the command's script."""

from __future__ import annotations

from studio.cli import main

main()
