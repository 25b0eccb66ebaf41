"""Text in, rows out: every step between a source's bytes and the tables' rows."""
