"""WMS 1.1.1 and 1.3.0: requests, maps, tiles (WMS-C), feature info, capabilities, exceptions (spec/services.md, 3)."""
