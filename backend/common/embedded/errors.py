"""What can go wrong, in words for the person at the terminal."""


class EmbeddedError(Exception):
    """An embedded server cannot be used; the message says what to do."""
