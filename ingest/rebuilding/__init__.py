"""Rebuild a store from the raw records of an old or damaged one."""
