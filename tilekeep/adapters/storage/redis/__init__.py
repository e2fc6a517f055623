"""Tiles in Redis."""
