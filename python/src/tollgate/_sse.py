"""Server-sent events as they come: bytes in, blocks out, by the rules of the HTML standard."""

from __future__ import annotations

import codecs
from dataclasses import dataclass

from .errors import UnexpectedAnswer

BLOCK_LEN_MAX = 4 * 1024 * 1024
"""No event is longer; what is would never end."""


@dataclass(frozen=True, slots=True)
class Block:
    """What stands between two empty lines."""

    id: str | None
    event: str | None
    data: str | None
    """None: the block moves the place, and is no event."""
    retry_ms: int | None


class Decoder:
    """Reads one connection."""

    def __init__(self) -> None:
        self._text = codecs.getincrementaldecoder("utf-8")("replace")
        self._rest = ""
        self._lines: list[str] = []
        self._len = 0
        self._after_return = False
        self._is_first = True

    def feed(self, chunk: bytes) -> list[Block]:
        """The blocks that this part of the stream completes.

        Raises:
            UnexpectedAnswer: A block without an end.
        """
        text = self._text.decode(chunk)
        if self._is_first and text:
            self._is_first = False
            text = text.removeprefix("\ufeff")
        blocks: list[Block] = []
        for line in self._split(text):
            self._len += len(line)
            if line:
                self._lines.append(line)
            elif self._lines:
                blocks += _block(self._lines)
                self._lines, self._len = [], 0
        if self._len + len(self._rest) > BLOCK_LEN_MAX:
            raise UnexpectedAnswer(f"an event is longer than {BLOCK_LEN_MAX} characters: this is not the gateway's stream")
        return blocks

    def _split(self, text: str) -> list[str]:
        """Whole lines, ended by CR, LF or both."""
        if self._after_return and text:
            text = text.removeprefix("\n")
            self._after_return = False
        self._after_return = self._after_return or text.endswith("\r")
        lines = (self._rest + text).replace("\r\n", "\n").replace("\r", "\n").split("\n")
        self._rest = lines.pop()
        return lines


def _block(lines: list[str]) -> list[Block]:
    """A block out of its lines; none where they say nothing."""
    found: dict[str, list[str]] = {}
    for line in lines:
        name, _, value = line.partition(":")
        if name in ("id", "event", "data", "retry"):
            found.setdefault(name, []).append(value.removeprefix(" "))
    if not found:
        return []
    data = "\n".join(found["data"]) if "data" in found else None
    retry = found.get("retry", [""])[-1]
    retry_ms = int(retry) if retry.isascii() and retry.isdigit() else None
    return [Block(found.get("id", [None])[-1], found.get("event", [None])[-1], data, retry_ms)]
