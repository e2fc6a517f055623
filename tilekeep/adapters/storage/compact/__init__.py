"""Tiles in bundles of 128 by 128, the compact cache of ArcGIS in its versions 1 and 2 (spec/caches.md, 3.5)."""
