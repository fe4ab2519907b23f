"""One incident: when it was, which customers it affected, and what differs."""
