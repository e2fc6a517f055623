"""Configurations written out of what servers and files say of themselves (spec/util-deploy.md, 9)."""
