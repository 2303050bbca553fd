"""Runs the blocks of docs/venue.md, in their order, as they stand there.

- `sh` that begins with `tollgate venue` starts a venue, which replaces the one before;
- other `sh` runs to its end and must succeed; `curl` gets `--fail`, so that a refusal is a failure;
- `toml` whose first line is `# NAME` becomes that file;
- `python` runs with ib_async and must succeed;
- `text` is what the block before it prints, where `…` stands for anything.

Only the two default ports are replaced by free ones, so that a run disturbs nobody.
"""

import os
import pathlib
import re
import shlex
import shutil
import subprocess
import tempfile
import time

from . import install
from .lines import PATIENCE_SECONDS, Failed
from .venue import Venue

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Guide:
    """The page's blocks and what they have started."""

    def __init__(self, page, tollgate):
        self.blocks = BLOCK.findall(pathlib.Path(page).read_text(encoding="utf-8"))
        self.tollgate = tollgate
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="tollgate-guide-"))
        self.venue = None
        self.printed = ""

    def run(self):
        """Runs every block; gives how many ran."""
        try:
            for kind, text in self.blocks:
                began = time.monotonic()
                self._one(kind, text)
                print(f"{time.monotonic() - began:6.2f} s  {kind}: {text.splitlines()[0]}", flush=True)
        finally:
            if self.venue:
                self.venue.end()
        shutil.rmtree(self.folder)
        return len(self.blocks)

    def _one(self, kind, text):
        if kind == "sh" and text.startswith("tollgate venue"):
            self._start(text)
        elif kind == "sh":
            shell = text.replace("curl -s", "curl --fail-with-body -s")
            self._execute(["bash", "-eu", "-o", "pipefail", "-c", self._with_ports(shell)], text, {})
        elif kind == "python":
            path = str(install.INSTALLED / "ib_async")
            python = str(install.INSTALLED / "venv/bin/python")
            self._execute([python, "-c", self._with_ports(text)], text, {"PYTHONPATH": path})
        elif kind == "toml":
            name = re.match(r"# (\S+)\n", text)
            if not name:
                raise Failed(f"a file without its name:\n{text}")
            (self.folder / name.group(1)).write_text(text, encoding="utf-8")
        elif kind == "text":
            self._compare(text)
        else:
            raise Failed(f"a block of kind {kind!r}, which nobody runs:\n{text}")

    def _start(self, text):
        if self.venue:
            self.venue.end()
            self.venue = None
        options = shlex.split(text)[2:]
        options = [str(self.folder / word) if (self.folder / word).is_file() else word for word in options]
        self.venue = Venue(self.tollgate, self.folder / "venue.log", *options)

    def _with_ports(self, text):
        if not self.venue:
            raise Failed(f"no venue was started yet for\n{text}")
        control = self.venue.control.rsplit(":", 1)[1]
        return text.replace("7497", str(self.venue.port)).replace("7498", control)

    def _execute(self, command, text, env):
        done = subprocess.run(
            command, cwd=self.folder, env={**os.environ, **env}, text=True, timeout=2 * PATIENCE_SECONDS,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
        )
        self.printed = done.stdout
        if done.returncode != 0:
            raise Failed(f"exit {done.returncode} of\n{text}\nit said\n{done.stdout}{done.stderr}")

    def _compare(self, wanted):
        pattern = ".*".join(re.escape(part) for part in wanted.strip().split("…"))
        if not re.fullmatch(pattern, self.printed.strip()):
            raise Failed(f"the page promises\n{wanted}\nand this was printed:\n{self.printed}")
