"""seed.yaml: what is to be seeded and cleaned up."""
