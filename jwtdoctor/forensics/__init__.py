"""What was signed, and by which key: what a signature tells beside yes and no."""

from .opened import Opened, open_rsa
from .shape import SIZES, Shape, shape_of

__all__ = ["SIZES", "Opened", "Shape", "open_rsa", "shape_of"]
