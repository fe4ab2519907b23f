"""The list of customers: whose requests fail, and why."""
