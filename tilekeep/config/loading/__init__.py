"""From files on disk to checked settings: YAML with positions, bases, environments, variables."""
