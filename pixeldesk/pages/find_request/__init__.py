"""Find a request: a pasted id or ticket becomes cards with a reason, a fix and a reply."""
