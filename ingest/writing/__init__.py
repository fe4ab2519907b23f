"""One transaction: the rows of a batch, what is refused, positions and counts."""
