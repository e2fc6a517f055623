"""Pages and an API that show caches, servers and runs of seeding (docs/admin-api.md)."""
