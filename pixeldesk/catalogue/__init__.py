"""What every error code means, and what all replies to customers share."""
