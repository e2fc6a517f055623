"""Tiles in CouchDB."""
