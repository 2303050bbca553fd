"""A child process that is spoken to in lines."""

import os
import queue
import subprocess
import threading
import time

# Longer than anything here takes on a busy machine: a wait that reaches it has failed.
PATIENCE_SECONDS = 30.0


class Failed(Exception):
    """What was waited for did not happen, or what happened was not what is expected."""


class Process:
    """A child whose standard output is read line by line; its standard error goes to a file."""

    def __init__(self, name, command, log_path, env=None):
        self.name = name
        self.log_path = log_path
        with open(log_path, "ab") as log:
            self._child = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env={**os.environ, **(env or {})},
                text=True,
                bufsize=1,
            )
        self._lines = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self._child.stdout:
            self._lines.put(line.rstrip("\n"))
        self._lines.put(None)

    def say(self, line):
        """Writes one line to its standard input."""
        try:
            self._child.stdin.write(line + "\n")
            self._child.stdin.flush()
        except OSError as error:
            raise Failed(f"{self.name} is gone ({error})\n{self.log_tail()}") from error

    def line(self, seconds=PATIENCE_SECONDS):
        """The next line; `None` once it has closed its output."""
        try:
            return self._lines.get(timeout=seconds)
        except queue.Empty:
            raise Failed(f"{self.name} said nothing for {seconds:.0f} s\n{self.log_tail()}") from None

    def line_after(self, prefix):
        """The rest of the first line that begins so."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            line = self.line(max(0.0, deadline - time.monotonic()))
            if line is None:
                raise Failed(f"{self.name} ended before it said {prefix!r}\n{self.log_tail()}")
            if line.startswith(prefix):
                return line[len(prefix):]

    def log_tail(self, lines=15):
        """The end of what it wrote to its standard error."""
        with open(self.log_path, encoding="utf-8", errors="replace") as log:
            return "".join(f"    | {line}" for line in log.readlines()[-lines:])

    def is_running(self):
        return self._child.poll() is None

    def end(self):
        """Ends it, kindly first."""
        if self.is_running():
            self._child.terminate()
            try:
                self._child.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self._child.kill()
                self._child.wait()
