"""From configuration files to a wired application; the only place that names adapters."""
