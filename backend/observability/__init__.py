"""What an operator sees, and the switches they turn: logs, metrics, probes. Knows nothing of polls."""
