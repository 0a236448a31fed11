"""What is said of a store that is in question, and of its backups."""

WAYS_OUT = (
    "Put the right file back. Or move it away, with its mark (gateway.db.mark): a new one is made,"
    " without keys, vault and jobs."
)
