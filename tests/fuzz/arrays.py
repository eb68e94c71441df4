"""Arrays of any value for the native core, and whether it takes them."""

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

ANY = st.floats(width=32)
FINITE = st.floats(-32768, 32768, width=32)


def points(n, dims, values=FINITE, dtype=np.float32):
    return arrays(dtype, (n, dims), elements=values, fill=values)


def runs(call):
    """Whether it runs: what it is given may be refused."""
    try:
        call()
    except (ValueError, TypeError):
        return False
    return True


def bytes_of(*shape):
    return arrays(np.uint8, shape, fill=st.integers(0, 255))
