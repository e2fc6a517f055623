"""Regions built from coverages."""
