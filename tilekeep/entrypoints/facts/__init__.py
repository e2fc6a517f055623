"""What people and programs are told, as JSON: the same words on the command line and in the API."""
