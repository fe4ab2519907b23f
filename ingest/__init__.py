"""Log files to rows: bytes, lines, records, one transaction a batch."""
