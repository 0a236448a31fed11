"""What agents may do: lasting rules, and their verdicts."""
