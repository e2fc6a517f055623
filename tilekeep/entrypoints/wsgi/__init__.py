"""HTTP: router, one folder per protocol, one error table."""
