"""What keeps it going: the clock, the database's version, backups, signs of life."""
