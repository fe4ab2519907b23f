"""The error codes and their meaning, and the words and checks that all replies to customers share."""
