"""Diagnose why customers fail: the known mistakes, the evidence for and against each, and the reply."""
