"""What a path means: its bytes, lines, documents and objects."""
