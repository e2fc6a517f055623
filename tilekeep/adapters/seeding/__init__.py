"""Doing chunks of seeding, and notes on them."""
