"""Programs that want to be let in, and the person who is asked."""
