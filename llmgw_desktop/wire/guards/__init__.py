"""What guards read and write: the words of prompts, and placeholders in answers."""
