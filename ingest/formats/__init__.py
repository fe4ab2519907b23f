"""The language of log formats, and one TOML file a format."""
