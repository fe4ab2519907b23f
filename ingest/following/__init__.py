"""Follow files and addresses that grow, and read each new line once."""
