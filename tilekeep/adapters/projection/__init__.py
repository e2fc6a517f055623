"""Spatial reference systems through PROJ."""
