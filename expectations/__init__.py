"""What a row is: the tables' definition and all that is derived from it."""
