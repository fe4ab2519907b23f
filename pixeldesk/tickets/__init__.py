"""From a pasted text to the requests it names, their cards and a reply."""
