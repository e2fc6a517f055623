"""Map sources made of other sources and ports."""
