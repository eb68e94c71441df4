"""The process that runs oxipng: started by path, without the rest of huepress.

It reads a job (two lengths, a header of builtin types, the pixels), answers with a kind, a length
and the bytes, and ends when its standard input does. Where the system can signal that the caller is
gone (SIGIO), it ends even in the middle of a job.
"""

from __future__ import annotations

import marshal
import os
import signal
import struct
import sys
from typing import Any, Final

HEAD: Final = struct.Struct("<QQ")
REPLY: Final = struct.Struct("<cQ")
PNG, REFUSED, NO_MEMORY = b"p", b"r", b"m"


def main() -> None:
    """Do jobs until standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the caller decides what a Ctrl-C means
    jobs, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # nothing else may write there
    while len(head := jobs.read(HEAD.size)) == HEAD.size:
        n_header, n_data = HEAD.unpack(head)
        try:
            header, data = jobs.read(n_header), jobs.read(n_data)
        except MemoryError:
            sys.exit(1)  # the rest would be taken for the next job
        if len(header) < n_header or len(data) < n_data:
            return
        kind, answer = work(marshal.loads(header), data)
        del header, data  # not held until the next job
        answers.write(REPLY.pack(kind, len(answer)))
        answers.write(answer)
        answers.flush()


def _end_with_the_caller(life: int) -> None:
    """From now on exit, even in the middle of a job, when nobody holds the other end of a pipe.

    Nothing is ever written to it: where data is, its signal may come after the data was read.
    """
    try:
        import fcntl
        import select

        fcntl.fcntl(life, fcntl.F_SETOWN, os.getpid())
        usual = fcntl.fcntl(life, fcntl.F_GETFL)
        fcntl.fcntl(life, fcntl.F_SETFL, usual | os.O_ASYNC)  # its SIGIO ends a process
    except (ImportError, AttributeError, OSError):
        return  # no such thing on this system: it ends after the job
    if select.select([life], [], [], 0)[0]:  # the caller is gone already
        os._exit(1)


def work(header: tuple[Any, ...], data: bytes) -> tuple[bytes, bytes]:
    """Do one job; return the kind of the outcome, and the PNG or the message."""
    try:
        import oxipng
    except ImportError as error:
        lacks = any(words in str(error) for words in ("allocate", "failed to map"))
        return (NO_MEMORY, b"") if lacks else (REFUSED, str(error).encode())
    *what, options = header
    try:
        known = {name: _made(value) for name, value in options.items()}
        if what[0] == "again":
            return PNG, bytes(oxipng.optimize_from_memory(data, **known))
        _, size, kind, more = what
        raw = oxipng.RawImage(data, *size, **{k: _made(v) for k, v in kind.items()})
        for method, values in more:
            getattr(raw, method)(*values)
        return PNG, bytes(raw.create_optimized_png(**known))
    except MemoryError:
        return NO_MEMORY, b""
    except oxipng.PngError as error:
        return REFUSED, str(error).encode()
    except BaseException as error:  # a panic is not an Exception
        return REFUSED, f"{type(error).__name__}: {error}".encode()


def _made(value: Any) -> Any:
    """Turn a plain description into oxipng's own object."""
    import oxipng

    if isinstance(value, list):
        return [_made(each) for each in value]
    if not isinstance(value, tuple):
        return value
    kind = getattr(oxipng, value[1])
    return getattr(kind, value[2]) if value[0] == "named" else getattr(kind, value[2])(*value[3])


if __name__ == "__main__":
    sys.path.append(sys.argv[1])
    if len(sys.argv) > 2:
        _end_with_the_caller(int(sys.argv[2]))
    main()
