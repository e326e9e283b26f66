"""What config.yml and endpoints.yml say about understanding: which generator, which models, which retrieval."""
