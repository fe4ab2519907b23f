"""Answer a ticket: find the requests that a pasted text names, make their cards, and draft a reply."""
