"""The gate: what a managed run may be, by what it asks for. It knows nothing of questions."""
