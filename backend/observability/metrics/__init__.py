"""Numbers for Prometheus, right whatever the number of processes."""
