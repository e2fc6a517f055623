"""Connections to Redis, for stores of tiles, locks and failures alike."""
