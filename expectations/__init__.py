"""What a row is: the tables' definition and all that is derived from it."""

from expectations.later import load_later

# Great Expectations imports them for distributions and drawings, which nothing here expects: half of its own import.
load_later("scipy.stats", "altair")
