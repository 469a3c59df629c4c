"""How long a run takes and how much memory it needs, on synthetic polls."""
