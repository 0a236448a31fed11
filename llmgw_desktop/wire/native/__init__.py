"""The gateway's own dialect: what its own doors read and write."""
