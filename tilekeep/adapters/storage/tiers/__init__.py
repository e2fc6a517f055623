"""Fast stores in front of a slow one."""
