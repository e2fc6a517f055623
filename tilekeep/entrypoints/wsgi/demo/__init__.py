"""The demo page (spec/services.md, 7)."""
