"""What is a secret, and the two engines that remove it."""
