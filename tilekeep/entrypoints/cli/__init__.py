"""The tilekeep command."""
