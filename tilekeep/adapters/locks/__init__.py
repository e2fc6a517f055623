"""Locks, admission and failure notes that the processes of one host share through files."""
