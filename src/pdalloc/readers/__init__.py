"""Problems from the files that researchers have; everything is read from disk, nothing from a network."""

from pdalloc.readers.ariel import ariel
from pdalloc.readers.fairpyx import fairpyx
from pdalloc.readers.matrix import matrix
from pdalloc.readers.preflib import preflib
from pdalloc.readers.umass import umass
from pdalloc.readers.wpi import wpi

__all__ = ["ariel", "fairpyx", "matrix", "preflib", "umass", "wpi"]
