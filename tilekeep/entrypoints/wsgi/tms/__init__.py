"""TMS 1.0.0 and the plain tiles service: addresses, documents, errors (spec/services.md, 4)."""
