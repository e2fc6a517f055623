"""Seeding and cleaning up, from the command line and from Python."""
