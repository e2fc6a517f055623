"""What the use cases need from the outside world: small Protocols in domain types, each docstring the contract."""
