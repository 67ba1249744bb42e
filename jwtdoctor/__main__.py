"""``python -m jwtdoctor``."""

from .cli import main

main()
