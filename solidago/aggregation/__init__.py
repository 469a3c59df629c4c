"""From contributors' scaled scores to one collective score an entity."""
