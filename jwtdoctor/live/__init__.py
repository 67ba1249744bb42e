"""Asking a real server, and only when told to: its clock, and what it says to an assertion."""
