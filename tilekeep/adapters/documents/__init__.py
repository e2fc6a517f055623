"""Documents about places: reading what upstream sends with care, merging it, transforming it."""
