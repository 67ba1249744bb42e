"""The code that makes a correct assertion, in the language that made the wrong one."""
