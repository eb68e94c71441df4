"""Errors as HTTP answers: one JSON shape, the codes of errors.py, a matching status.

Nothing about the machine leaks: no path, no traceback.
"""

from __future__ import annotations

from typing import Any, Final

from starlette.responses import JSONResponse

from huepress.errors import HuepressError

# Statuses of the codes of errors.py, and of those that only a server has.
STATUSES: Final = {
    "error": 422,
    "input": 422,
    "decode": 415,
    "limit": 413,
    "memory": 413,
    "option": 400,
    "output": 422,
    "bound": 422,
    "encode": 422,
    "missing-extra": 422,
    "wrong-package": 422,
    "request": 400,
    "token": 401,
    "origin": 403,
    "host": 403,
    "unknown": 404,
    "method": 405,
    "slow": 408,
    "gone": 410,
    "cancelled": 409,
    "too-many": 429,
    "busy": 503,
    "internal": 500,
}


class Refusal(Exception):
    """An answer that refuses a request.

    Parameters
    ----------
    code : str
        One of `STATUSES`.
    message : str
        One sentence for people.
    retry_after : int
        Seconds after which to try again; 0: not given.
    """

    def __init__(self, code: str, message: str, retry_after: int = 0) -> None:
        self.code = code
        self.message = message
        self.retry_after = retry_after
        super().__init__(message)

    @property
    def status(self) -> int:
        """HTTP status."""
        return STATUSES[self.code]

    def to_json(self) -> dict[str, Any]:
        """Return the error as it appears in rows and answers."""
        return {"code": self.code, "message": self.message}

    def response(self) -> JSONResponse:
        """Return the answer."""
        headers = {"Retry-After": str(self.retry_after)} if self.retry_after else {}
        if self.code == "token":
            headers["WWW-Authenticate"] = "Bearer"
        return JSONResponse({"error": self.to_json()}, self.status, headers)


def refusal_of(error: HuepressError) -> Refusal:
    """Return the answer to an error of the library."""
    return Refusal(error.code, str(error))
