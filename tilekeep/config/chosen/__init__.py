"""Adapters that a configuration may choose: each is imported when the first one of its kind is made.

A start pays for what it uses, which is a few of them; that a library is not installed is found when the configuration
is checked.
"""
