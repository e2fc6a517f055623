"""Calls constructors with what the settings say, one family per file."""
