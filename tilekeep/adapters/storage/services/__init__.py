"""Requests to services that keep tiles, over HTTP: what stores of objects and of documents have in common."""
