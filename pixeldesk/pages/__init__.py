"""The dashboard's pages: widgets, one call to the desk, and how its answer looks. No SQL, no sums."""
