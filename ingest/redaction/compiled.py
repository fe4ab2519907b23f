"""Keep what Hyperscan compiled for the next process: compiling takes a third of a second, reading it a millisecond.

It is kept in the folder for caches of the user, under a name that tells patterns, versions and machine apart. A file
that anybody else may have written is not read. Without such a folder, or with a damaged file, the patterns are compiled
again.
"""

import hashlib
import os
import platform
from collections.abc import Sequence
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from pixeldesk.file_modes import own_bytes, write_own_bytes

if TYPE_CHECKING:
    import hyperscan


def kept_file(patterns: Sequence[bytes]) -> Path | None:
    """Return where the compiled form of these patterns is kept; None for a user without a folder for caches."""
    made_of = [version("hyperscan"), platform.machine(), platform.node(), *map(repr, patterns)]
    digest = hashlib.sha256("\n".join(made_of).encode()).hexdigest()
    caches = Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"))  # noqa: PTH111  Path raises.
    return caches / "pixeldesk" / f"scans-{digest[:16]}.bin" if caches.is_absolute() else None


def read_kept(path: Path) -> "hyperscan.Database | None":
    """Return the compiled patterns of a file, or None if it is missing, damaged, or may be somebody else's."""
    import hyperscan

    with suppress(OSError, hyperscan.error):
        return hyperscan.loadb(own_bytes(path), hyperscan.HS_MODE_BLOCK)
    return None


def keep(path: Path, database: "hyperscan.Database") -> None:
    """Write compiled patterns for the next process, in place of those of before, if that can be done."""
    import hyperscan

    with suppress(OSError, hyperscan.error):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        for former in path.parent.glob("scans-*.bin"):
            former.unlink(missing_ok=True)
        write_own_bytes(path, hyperscan.dumpb(database))
