"""HTTP to upstream servers: pooled sessions, deadlines, credentials, limits."""
