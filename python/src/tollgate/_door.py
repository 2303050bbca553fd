"""What both clients know of the gateway: where it is, which key opens it, how an answer is read."""

from __future__ import annotations

import ipaddress
import os
import ssl
from collections.abc import Generator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import NoneType
from typing import Any, TypeVar

import httpx
from pydantic import TypeAdapter, ValidationError

from . import errors
from ._base import Answer, Meta
from ._call import Call
from ._version import __version__
from .models import Problem

T = TypeVar("T")

DEFAULT_URL = "http://127.0.0.1:8787"
URL_VARIABLE = "TOLLGATE_URL"
KEY_VARIABLE = "TOLLGATE_API_KEY"
CA_VARIABLE = "TOLLGATE_CA_FILE"
CONNECT_TIMEOUT_S = 5.0
READ_TIMEOUT_S = 60.0
"""An answer waits for the broker 30 seconds at most."""


class Bearer(httpx.Auth):
    """The key of each request. It is in no repr, no log and no error."""

    def __init__(self, key: str) -> None:
        self._header = f"Bearer {key}"

    def __repr__(self) -> str:
        return "<an API key>"

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["Authorization"] = self._header
        yield request


@dataclass(frozen=True, slots=True)
class Door:
    """Where the gateway is and how to come in."""

    url: str
    auth: Bearer
    verify: ssl.SSLContext | bool

    @classmethod
    def found(cls, url: str | None, key_file: str | os.PathLike[str] | None, ca_file: str | os.PathLike[str] | None) -> Door:
        """Out of what was given, else of the environment.

        Raises:
            KeyMissing: There is no key.
            ValueError: An address that would show the key to others, or a file of authorities that cannot be read.
        """
        at = checked_url(url or os.environ.get(URL_VARIABLE) or DEFAULT_URL)
        authorities = ca_file or os.environ.get(CA_VARIABLE) or None
        return cls(at, Bearer(found_key(key_file)), trust(at, authorities))

    def settings(self) -> dict[str, Any]:
        """For httpx. Neither proxies nor netrc of the environment have a say: the key goes to the gateway alone."""
        return {
            "base_url": self.url,
            "auth": self.auth,
            "verify": self.verify,
            "trust_env": False,
            "follow_redirects": False,
            "timeout": httpx.Timeout(READ_TIMEOUT_S, connect=CONNECT_TIMEOUT_S),
            "headers": {"User-Agent": f"tollgate-python/{__version__}", "Accept": "application/json"},
        }


def checked_url(text: str) -> str:
    """The gateway's address.

    Raises:
        ValueError: It is none, or would show the key to others.
    """
    url = httpx.URL(text)
    if url.scheme not in ("http", "https") or not url.host:
        raise ValueError(f"{text!r} is no address of a gateway: write {DEFAULT_URL} or https://NAME:PORT")
    if url.scheme == "http" and not is_loopback(url.host):
        raise ValueError(f"{text!r} would send the key in the clear: use https, or an SSH tunnel to 127.0.0.1")
    return text.rstrip("/")


def is_loopback(host: str) -> bool:
    """Whether what is said to a host stays on this machine."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def found_key(key_file: str | os.PathLike[str] | None) -> str:
    """The key out of its file, else out of the environment.

    Raises:
        KeyMissing: There is none, or the file cannot be used.
    """
    if key_file is None:
        text = os.environ.get(KEY_VARIABLE, "")
        where = f"${KEY_VARIABLE}"
        if not text:
            hint = (
                "`tollgate serve` writes agent.key and operator.key into its data directory; `tollgate key create` makes others"
            )
            raise errors.KeyMissing(f"no API key: give key_file, or set {KEY_VARIABLE}; {hint}")
    else:
        where = str(key_file)
        try:
            text = Path(key_file).expanduser().read_text(encoding="ascii")
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not plain text"
            raise errors.KeyMissing(f"the key file {where} cannot be read: {reason}") from None
    key = text.strip()
    if not key or not key.isascii() or not key.isprintable() or " " in key:
        raise errors.KeyMissing(f"{where} holds no API key: it must be one line that begins with tg_")
    return key


def trust(url: str, ca_file: str | os.PathLike[str] | None) -> ssl.SSLContext | bool:
    """Whom to trust: the given authorities, else the system's.

    Raises:
        ValueError: The file cannot be read.
    """
    if not url.startswith("https:"):
        return True
    try:
        path = None if ca_file is None else Path(ca_file).expanduser()
        return ssl.create_default_context(cafile=path)
    except (OSError, ssl.SSLError) as error:
        raise ValueError(f"the file of authorities {ca_file} cannot be used: {error}") from error


def sent(call: Call[Any]) -> dict[str, Any]:
    """What httpx is to send."""
    headers = {name: value for name, value in call.headers.items() if value is not None}
    body = {} if call.body is None else {"json": call.body.body()}
    timeout = {}
    if call.read_timeout_s is not None:
        timeout["timeout"] = httpx.Timeout(call.read_timeout_s, connect=CONNECT_TIMEOUT_S)
    return {"method": call.method, "url": call.path, "params": call.params(), "headers": headers, **body, **timeout}


def unreachable(error: httpx.HTTPError | httpx.InvalidURL, url: str) -> errors.Unreachable:
    """No answer came."""
    said = str(error) or type(error).__name__
    return errors.Unreachable(
        f"no answer from the gateway at {url}: {said}; `tollgate serve` starts one, `tollgate doctor` looks"
    )


@cache
def _adapter(shape: Any) -> TypeAdapter[Any]:
    return TypeAdapter(shape)


def refuse(response: httpx.Response) -> None:
    """Raises for an answer that is none; its body must have been read.

    Raises:
        Refusal: The gateway's own word.
        UnexpectedAnswer: Anything else.
    """
    media = response.headers.get("content-type", "").split(";")[0].strip()
    if media == "application/problem+json":
        try:
            problem = Problem.model_validate_json(response.content)
        except ValidationError as error:
            raise unexpected(response, str(error)) from error
        after = response.headers.get("retry-after", "")
        raise errors.refusal(problem, int(after) if after.isascii() and after.isdigit() else None)
    # Readiness says no with a body of its own.
    if response.is_success or (response.status_code == httpx.codes.SERVICE_UNAVAILABLE and media == "application/json"):
        return
    raise unexpected(response, "no problem that it explains")


def unexpected(response: httpx.Response, why: str) -> errors.UnexpectedAnswer:
    """An answer that the contract does not know."""
    return errors.UnexpectedAnswer(
        f"{response.request.method} {response.request.url.path} was answered {response.status_code}: {why}; "
        f"is that the gateway, and of version {__version__} like this package?"
    )


def read(call: Call[T], response: httpx.Response) -> T:
    """The answer as its shape.

    Raises:
        Refusal: The gateway refused.
        UnexpectedAnswer: It is not what the contract says.
    """
    refuse(response)
    shape: Any = call.answer
    if shape is NoneType:
        return None  # type: ignore[return-value]
    if shape is str:
        return response.text  # type: ignore[return-value]
    try:
        value = _adapter(shape).validate_json(response.content)
    except ValidationError as error:
        raise unexpected(response, str(error)) from error
    if isinstance(value, Answer):
        value._meta = Meta(
            status=response.status_code,
            request_id=response.headers.get("x-request-id", ""),
            etag=response.headers.get("etag"),
            replayed=response.headers.get("idempotent-replayed") == "true",
        )
    return value  # type: ignore[no-any-return]


class Lines:
    """Lines out of the parts that arrive: ended by a line feed, and by nothing else."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, chunk: bytes) -> list[bytes]:
        """The lines that this part completes."""
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        return [line for line in lines if line]

    def rest(self) -> list[bytes]:
        """What stands behind the last line feed."""
        return [self._rest] if self._rest else []


def read_line(call: Call[T], line: bytes) -> T:
    """One line as its shape.

    Raises:
        UnexpectedAnswer: It is not what the contract says.
    """
    try:
        value: T = _adapter(call.answer).validate_json(line)  # type: ignore[arg-type]
    except ValidationError as error:
        raise errors.UnexpectedAnswer(f"a line of {call.path} that this version of the package does not know: {error}") from error
    return value
