"""Which pair to ask about next: what a contributor's answers leave open, and how much an answer would tell."""
