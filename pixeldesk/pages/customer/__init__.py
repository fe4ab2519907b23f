"""One customer: which requests fail, why, and what to answer."""
