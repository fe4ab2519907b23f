"""The dashboard's pages: each shows widgets, asks the desk, and shows its answer. No SQL, no arithmetic on rows."""
