"""Detect incidents, failures that are our own fault, and describe them."""
