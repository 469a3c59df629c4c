"""Who is told, by mail and by numbers, when something that runs by itself goes wrong, and when it works again."""
