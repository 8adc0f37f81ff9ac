"""Item vectors and nearest-neighbour search."""
