"""What was signed, and by which key: what a signature tells beside yes and no.

:mod:`.shape` reads a signature without any key and is all that a valid one needs; the rest is imported when one does not verify.
"""
