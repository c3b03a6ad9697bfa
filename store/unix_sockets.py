"""Unix sockets whose paths may be long: the kernel takes about a hundred bytes."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LONGEST = 100


@contextmanager
def address_of(path: Path) -> Iterator[str]:
    """Give the address under which to bind or connect the socket at ``path``.

    A long path is reached through its folder's descriptor, which Linux names shortly; elsewhere
    it is left to fail with the kernel's own words.
    """
    if len(os.fsencode(path)) <= LONGEST or not sys.platform.startswith("linux"):
        yield str(path)
        return
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)
