"""Parts around other parts that measure what these do."""
