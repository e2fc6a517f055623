"""Tiles as rows of SQLite databases: MBTiles, GeoPackage, and one database for each level."""
