"""The support desk for the request ids of the Pixel API."""
