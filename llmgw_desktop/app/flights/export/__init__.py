"""Flights on their way out of the record, in forms that other programs read, and back in."""
