"""What was said in a flight, in every protocol, as one conversation."""
