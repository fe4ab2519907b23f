"""The facade that the command line, the server and the pages call."""
