"""Code of agents that calls tools: typed stubs for it, and the program in which it runs."""
