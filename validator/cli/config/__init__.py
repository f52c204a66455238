"""Configuration: found, read, applied and shown."""
