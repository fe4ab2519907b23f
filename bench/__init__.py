"""What is fast, shown: each figure against a named floor or peer, in the same run, medians of several runs."""
