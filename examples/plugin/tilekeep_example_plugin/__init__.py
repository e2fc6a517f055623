"""One plugin for Tilekeep of each kind."""
