"""Tile stores, one format per file."""
