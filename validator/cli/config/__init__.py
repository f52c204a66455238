"""The configuration file: discovery, TOML, use as defaults of options, display."""
