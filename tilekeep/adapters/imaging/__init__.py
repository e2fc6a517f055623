"""Pixels: Pillow, with faster parts where they win."""
