"""Asking a real server, and only when told to: its clock, and what it says to an assertion.

``wire`` sends one request and brings one answer, or in words why there is none (``trouble``); ``offset`` compares two clocks by it,
``clock`` does so several times, ``exchange`` posts an assertion. Nothing is concluded here: what an answer means is the engine's to say.
The HTTP library is imported when a request is made, and not before.
"""
