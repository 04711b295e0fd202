"""The only way out of the machine."""
