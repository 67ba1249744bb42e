"""A correct assertion from a profile, claims and a key."""
