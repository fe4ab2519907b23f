"""Who is let in, while there is no sign-in: this machine, and what comes through a proxy that has one."""
