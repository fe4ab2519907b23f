"""Review the error rates of an ISO week against the weeks before, in four file formats."""
