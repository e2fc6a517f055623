"""Parts around others that tell of what is done as spans, where somebody collects them."""
