#!/usr/bin/env python3
"""Schemathesis against the real binary: a venue, a gateway, every operation of openapi.json.

    tests/rest/run.py [--slice] [--seed N] [--examples N] [-- more words for st run]
"""

import argparse
import os
import pathlib
import queue
import signal
import subprocess
import sys
import tempfile
import threading

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
INSTALLED = ROOT / "target" / "schemathesis"
PATIENCE_S = 60

CONFIG = """\
listen = "127.0.0.1:0"
data_dir = "{data}"
trading = "paper"
[broker]
kind = "tws"
port = {port}
account = "DUV0000001"
"""


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tollgate", default=str(ROOT / "target/debug/tollgate"), help="the binary")
    parser.add_argument("--slice", action="store_true", help="the short run of `make test`")
    parser.add_argument("--seed", type=int, default=1, help="of everything that is made up")
    parser.add_argument("--examples", type=int, help="random cases of each operation [default: 100, of the slice 8]")
    parser.add_argument("--keep", help="directory that keeps what the processes leave behind")
    parser.add_argument("more", nargs="*", help="more words for `st run`")
    given = parser.parse_args()
    given.examples = given.examples or (8 if given.slice else 100)
    return given


class Process:
    """A process that is waited for by what it says, and ends with this one."""

    def __init__(self, words, home, log):
        env = {"HOME": str(home), "PATH": "/usr/bin:/bin"}
        self.child = subprocess.Popen(words, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.lines = queue.Queue()
        threading.Thread(target=self.read, args=(log,), daemon=True).start()

    def read(self, log):
        with open(log, "w", encoding="utf-8") as file:
            for line in self.child.stdout:
                file.write(line)
                file.flush()
                self.lines.put(line)
        self.lines.put(None)

    def line(self, prefix):
        """The rest of the first line that begins so."""
        seen = []
        while True:
            try:
                line = self.lines.get(timeout=PATIENCE_S)
            except queue.Empty:
                line = None
            if line is None:
                sys.exit(f"no line beginning with {prefix!r}; seen: {''.join(seen)}")
            if line.startswith(prefix):
                return line[len(prefix):].strip()
            seen.append(line)

    def end(self):
        """Its exit code."""
        self.child.send_signal(signal.SIGTERM)
        return self.child.wait(timeout=PATIENCE_S)


def fuzz(given, url, key, work, more):
    """Runs Schemathesis; its exit code."""
    words = [str(INSTALLED / "venv/bin/st"), "--config-file", str(ROOT / "schemathesis.toml"), "run"]
    words += [f"{url}/openapi.json", "--header", f"Authorization: Bearer {key}"]
    words += ["--checks", "all", "--seed", str(given.seed), "--max-examples", str(given.examples)]
    words += ["--request-timeout", "120", *more]
    env = {**os.environ, "SCHEMATHESIS_HOOKS": "hooks", "PYTHONPATH": str(HERE), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(words, cwd=work, env=env, check=False).returncode


def runs(given):
    """What is run, as more words for each. The drill takes half a minute a time, and has tests of its own beside the slice."""
    if given.more:
        return [given.more]
    drill = ["--include-operation-id", "drill_limits", "--max-response-time", "120"]
    return [["--exclude-operation-id", "drill_limits"], *([] if given.slice else [drill])]


def main():
    given = arguments()
    if not (INSTALLED / "stamp").exists():
        sys.exit("Schemathesis is not installed: run scripts/schemathesis.sh (make setup does)")
    if not pathlib.Path(given.tollgate).exists():
        sys.exit(f"{given.tollgate} is missing: run cargo build -p tollgate")
    with tempfile.TemporaryDirectory() as made:
        work = pathlib.Path(given.keep or made)
        work.mkdir(parents=True, exist_ok=True)
        venue = Process(
            [given.tollgate, "venue", "--tws-port", "0", "--control-port", "0", "--sessions", "always"], work, work / "venue.log"
        )
        port = venue.line("tws 127.0.0.1:")
        config = work / "tollgate.toml"
        config.write_text(CONFIG.format(data=work / "data", port=port), encoding="utf-8")
        gateway = Process([given.tollgate, "serve", "--config", str(config)], work, work / "gateway.log")
        try:
            url = gateway.line("tollgate is ready at ").split()[0].rstrip(";")
            key = (work / "data/operator.key").read_text(encoding="utf-8").strip()
            failed = [fuzz(given, url, key, work, more) for more in runs(given)]
            if gateway.child.poll() is not None:
                print("THE GATEWAY ENDED", file=sys.stderr)
                failed.append(1)
        finally:
            ended = [process.end() for process in (gateway, venue)]
        sys.exit(1 if any(failed) or any(ended) else 0)


if __name__ == "__main__":
    main()
