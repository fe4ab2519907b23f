"""What a request's error means, who has to act on it, and what to answer the customer."""
