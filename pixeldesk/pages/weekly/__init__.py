"""Weekly review: one week of error rates against the weeks before."""
