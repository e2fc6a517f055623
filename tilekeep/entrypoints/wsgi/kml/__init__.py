"""KML super-overlays: documents that lead a globe viewer from tile to tile (spec/services.md, 6)."""
