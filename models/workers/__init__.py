"""Programs that hold a heavy model each, run as processes of their own by `models.worker`."""
