"""The commands of ``tilekeep util``, with the names, options, outputs and exit codes of mapproxy-util."""
