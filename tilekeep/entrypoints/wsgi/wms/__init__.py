"""WMS 1.0.0 to 1.3.0: requests, maps, tiles (WMS-C), feature info, legends, documents (spec/services.md, 3)."""
