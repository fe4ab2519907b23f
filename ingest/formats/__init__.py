"""Define the language of log formats, one TOML file a format, and detect the format of a source."""
