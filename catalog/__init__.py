"""What can be recommended, and where it comes from."""
