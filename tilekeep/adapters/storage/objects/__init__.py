"""Tiles as objects of a bucket or a container: one store over any service of objects."""
