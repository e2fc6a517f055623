"""Use cases: one story per file, collaborators through the constructor."""
