"""From contributors' own scales to a common one."""
