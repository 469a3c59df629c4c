"""The poll that `make demo` shows: written items, simulated contributors."""
