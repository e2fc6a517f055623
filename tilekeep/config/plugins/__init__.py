"""What other distributions bring: found by their entry points, loaded when a configuration names them."""
