"""Values and rules of tile caching: standard library only, no I/O, no clock, no pixels."""
