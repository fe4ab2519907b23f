"""Customers: who fails, and why."""
