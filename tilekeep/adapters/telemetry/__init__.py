"""Measurements for whoever watches over a server."""
