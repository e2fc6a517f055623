"""WMTS 1.0.0, by key-value pairs and by path: requests, capabilities, exceptions (spec/services.md, 5)."""
