"""Everything that touches weights: the catalogue and its downloads, worker processes, one adapter a model."""
