"""Documentation, packaging and integrations."""
