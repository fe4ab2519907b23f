"""Measure what is fast: each figure against a named floor or peer in the same run, as medians of several runs."""
