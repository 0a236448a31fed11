"""The one list of all questions that wait for a person."""
