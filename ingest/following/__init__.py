"""Files and addresses that grow: what is new in them is read, once."""
