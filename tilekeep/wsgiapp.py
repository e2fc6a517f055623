"""WSGI entry point for servers."""
