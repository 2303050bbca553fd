"""A client under test, spoken to through its driver (see ../README.md for the lines)."""

import json
import threading
import time

from .lines import PATIENCE_SECONDS, Failed, Process


class NotOffered(Exception):
    """The library has no such call."""


class Refused(Exception):
    """The library, not the venue, refused the call."""


class Client:
    """One library in a process of its own, and everything it has reported so far."""

    def __init__(self, spec, command, log_path, env=None):
        self.name = spec["name"]
        self.spec = spec
        self.symbol = spec["symbol"]
        self.client_id = spec["client_id"]
        self.process = Process(self.name, command, log_path, env)
        # What one check leaves for a later one.
        self.kept = {}
        self._events = []
        self._answers = {}
        self._asked = 0
        self._ended = False
        # Re-entrant: a condition that is waited for may look at the events itself.
        self._news = threading.Condition(threading.RLock())
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        while True:
            try:
                line = self.process.line(3600)
            except Failed:
                line = None
            with self._news:
                if line is None:
                    self._ended = True
                else:
                    self._take(line)
                self._news.notify_all()
            if line is None:
                return

    def _take(self, line):
        try:
            said = json.loads(line)
        except ValueError:
            # A library that prints to standard output is a nuisance, not a failure.
            return
        if "event" in said:
            self._events.append(said)
        else:
            self._answers[said["id"]] = said

    def _until(self, found, what, seconds):
        """Waits until `found()` is not `None`."""
        deadline = time.monotonic() + seconds
        with self._news:
            while True:
                result = found()
                if result is not None:
                    return result
                left = deadline - time.monotonic()
                if self._ended or left <= 0:
                    why = "the driver ended" if self._ended else f"not within {seconds:.0f} s"
                    raise Failed(f"{what}: {why}{self._recent()}\n{self.process.log_tail()}")
                self._news.wait(left)

    def _recent(self):
        told = [event for event in self._events if event["event"] != "quote"] or self._events
        return "".join(f"\n    . {json.dumps(event)}" for event in told[-12:])

    def ask(self, verb, seconds=PATIENCE_SECONDS, **arguments):
        """Has the driver do something and gives its answer."""
        self._asked += 1
        number = self._asked
        self.process.say(json.dumps({"id": number, "do": verb, **arguments}))
        said = self._until(lambda: self._answers.pop(number, None), f"{verb} was not answered", seconds)
        if "not_offered" in said:
            raise NotOffered(said["not_offered"])
        if "failed" in said:
            raise Refused(f"{verb}: {said['failed']}")
        return said["answer"]

    def mark(self):
        """A place in the events: what comes later is news."""
        with self._news:
            return len(self._events)

    def wait(self, what, wanted, since=0, seconds=PATIENCE_SECONDS):
        """The first event from `since` on that is wanted."""
        return self._until(
            lambda: next((event for event in self._events[since:] if wanted(event)), None), what, seconds
        )

    def events(self, kind, since=0, **like):
        """The events of a kind so far whose fields are as given."""
        with self._news:
            return [
                event
                for event in self._events[since:]
                if event["event"] == kind and all(event.get(key) == value for key, value in like.items())
            ]

    def executions(self, since=0, **like):
        """Executions seen so far, each once: some libraries repeat them when they are asked for."""
        return list({event["exec_id"]: event for event in self.events("execution", since, **like)}.values())

    def end(self):
        self.process.end()
