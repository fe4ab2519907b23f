"""The command line, its signals, and its output."""
