"""Times in tickets: the words and the ways to write them, and the spans that they mean."""
