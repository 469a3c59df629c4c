"""From judgments to a contributor's own scores."""
