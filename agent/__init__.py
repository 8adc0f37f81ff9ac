"""What was said, what we know, what to do next."""
