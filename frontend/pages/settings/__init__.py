"""The settings of a poll, for its owner and the staff: a page each for what it is, asks, shows and how it counts."""
