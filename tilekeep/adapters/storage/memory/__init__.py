"""Tiles in the memory of a process."""
