"""Accounts of what stores hold, in a directory of their own: notes of changes in a journal, counts in SQLite."""
