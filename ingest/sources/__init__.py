"""Find sources behind paths, and read their bytes, lines, documents and objects."""
