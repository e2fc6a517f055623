"""Map sources, one protocol per file."""
