"""The file of intents: one JSON object a line, added and never changed, on the disk before anything is sent.

    {"v": 1, "name": "2026-03-02 AAPL entry", "key": "py-…", "order": {…}}     what is wanted, and the key for it
    {"v": 1, "key": "py-…", "state": "answered"}                              what became of it

A line without its end is one whose writing was cut short. Nothing was sent for it, and it is taken away.
"""

from __future__ import annotations

import errno
import json
import os
import threading
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

from ._call import new_key
from .errors import AlreadyOpen, IntentChanged, IntentsError
from .models import NewOrder

State: TypeAlias = Literal["open", "answered", "refused", "void"]
VERSION = 1
NAME_LEN_MAX = 200
NOTHING_SENT = "nothing was sent"
NOT_NOTED = "the order was sent and answered, which is not noted: settle() finds it"


@dataclass(frozen=True, slots=True)
class Kept:
    """One intent as the file has it."""

    name: str
    key: str
    order: dict[str, Any]
    state: State
    claims: int = field(default=0, compare=False)
    """How often this process has taken it up."""


class IntentsFile:
    """The open file; nobody else may have it open."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path).expanduser()
        self._mutex = threading.Lock()
        self._by_name: dict[str, Kept] = {}
        self._name_of: dict[str, str] = {}
        self._broken: str | None = None
        try:
            self._file = self._opened()
        except OSError as error:
            raise self._failed("opened", error) from error
        try:
            self._len = self._load()
        except BaseException:
            os.close(self._file)
            raise

    def _opened(self) -> int:
        import fcntl

        is_new = not self.path.exists()
        file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if is_new:
                sync_directory(self.path.parent)
        except OSError as error:
            os.close(file)
            if error.errno in (errno.EAGAIN, errno.EACCES):
                raise AlreadyOpen(f"the intents in {self.path} are in use by another process, or twice by this one") from None
            raise
        return file

    def _load(self) -> int:
        try:
            data = b""
            while part := os.pread(self._file, 1 << 20, len(data)):
                data += part
            whole = data.rfind(b"\n") + 1
            if whole != len(data):
                os.ftruncate(self._file, whole)
                os.fsync(self._file)
        except OSError as error:
            raise self._failed("read", error) from error
        for number, line in enumerate(data[:whole].split(b"\n")[:-1], start=1):
            self._read(number, line)
        return whole

    def _read(self, number: int, line: bytes) -> None:
        where = f"line {number} of {self.path}"
        try:
            said = json.loads(line)
            if said["v"] != VERSION:
                raise IntentsError(f"{where} is of version {said['v']}, this package knows {VERSION}")
            if "name" in said:
                self._note(Kept(str(said["name"]), str(said["key"]), dict(said["order"]), "open"))
            elif said["state"] in get_args(State):
                name = self._name_of[said["key"]]
                self._note(replace(self._by_name[name], state=said["state"]))
            else:
                raise KeyError(said["state"])
        except (ValueError, KeyError, TypeError) as error:
            raise IntentsError(f"{where} is no line of intents ({error!r}): name another file, or restore this one") from error

    def _note(self, kept: Kept) -> None:
        self._by_name[kept.name] = kept
        self._name_of[kept.key] = kept.name

    def all(self) -> list[Kept]:
        """Every intent, oldest first."""
        with self._mutex:
            return list(self._by_name.values())

    def claim(self, name: str, order: dict[str, Any]) -> tuple[Kept, bool]:
        """The intent of that name, on the disk; and whether it is new.

        Raises:
            IntentChanged: The name stands for another order.
            IntentsError: The disk did not take it, or the name is none.
        """
        if not name.strip() or len(name) > NAME_LEN_MAX or not name.isprintable():
            raise IntentsError(f"{name!r} is no name for an intent: write 1 to {NAME_LEN_MAX} printable characters")
        with self._mutex:
            kept = self._by_name.get(name)
            is_new = kept is None or kept.state == "void"
            if kept is None or is_new:
                kept = Kept(name, new_key(), order, "open")
                self._append({"v": VERSION, "name": name, "key": kept.key, "order": order}, NOTHING_SENT)
            elif NewOrder.model_validate(kept.order) != NewOrder.model_validate(order):
                raise IntentChanged(changed(kept, order))
            kept = replace(kept, claims=kept.claims + 1)
            self._note(kept)
            return kept, is_new

    def settle(self, key: str, state: State) -> None:
        """Notes what became of an intent. It is void only if nobody else took it up meanwhile."""
        with self._mutex:
            kept = self._by_name[self._name_of[key]]
            if kept.key != key or kept.state == state or (state == "void" and (kept.claims != 1 or kept.state != "open")):
                return
            self._append({"v": VERSION, "key": key, "state": state}, NOT_NOTED)
            self._note(replace(kept, state=state))

    def _append(self, said: dict[str, Any], meaning: str) -> None:
        """Adds a line, and waits until the disk has it."""
        if self._broken is not None:
            raise IntentsError(f"the intents in {self.path} cannot be written since: {self._broken}; {meaning}")
        line = json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        try:
            written = 0
            while written < len(line):
                written += os.pwrite(self._file, line[written:], self._len + written)
            os.fsync(self._file)
        except OSError as error:
            # What a failed fsync has left on the disk is known after the next opening, not before.
            self._broken = str(error.strerror)
            raise self._failed("written", error, meaning) from error
        self._len += len(line)

    def _failed(self, what: str, error: OSError, meaning: str = NOTHING_SENT) -> IntentsError:
        return IntentsError(f"the intents in {self.path} could not be {what}: {error.strerror}; {meaning}")

    def close(self) -> None:
        """Lets others use the file."""
        with self._mutex:
            if self._file >= 0:
                os.close(self._file)
                self._file, self._broken = -1, "it was closed"


def sync_directory(path: Path) -> None:
    """Makes a new name in it durable."""
    directory = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def changed(kept: Kept, given: dict[str, Any]) -> str:
    """What differs between an order and the one that its name stands for."""
    differs = sorted(name for name in {*kept.order, *given} if kept.order.get(name) != given.get(name))
    said = ", ".join(f"{name} was {_shown(kept.order, name)} and is {_shown(given, name)}" for name in differs)
    return (
        f"the intent {kept.name!r} stands for another order, which may be live under the key {kept.key}: {said}. "
        "Look it up with settle(); a new order needs a new name"
    )


def _shown(body: dict[str, Any], name: str) -> str:
    return json.dumps(body[name]) if name in body else "absent"
