"""Post an incident's opening, growth and end to a webhook, each once."""
