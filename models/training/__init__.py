"""How the models of understanding that this repository ships were made: domains, data generator, training."""
