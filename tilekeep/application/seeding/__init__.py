"""Filling, refreshing and cleaning caches ahead of requests."""
