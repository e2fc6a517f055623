"""WMS 1.0.0, 1.1.0, 1.1.1 and 1.3.0: requests, maps, tiles (WMS-C), capabilities, exceptions (spec/services.md, 3)."""
