"""Doing chunks of seeding on other machines: Celery carries them to workers, a board in Redis says how they stand."""
