"""What can be read by its address; a file a family."""
