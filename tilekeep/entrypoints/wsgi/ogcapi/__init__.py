"""OGC API - Maps and OGC API - Tiles: paths, parameters, documents, pages (spec/services.md, 8)."""
