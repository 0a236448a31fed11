"""Commands of shells, read and never run: what programs they start, with which words."""
