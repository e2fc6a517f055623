"""The option model of mapproxy.yaml and the meaning of its options."""
