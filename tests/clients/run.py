#!/usr/bin/env python3
"""Runs five real TWS clients against one simulated IBKR, at the same time. See README.md.

Needs only Python's own library; the clients themselves are installed by scripts/clients.sh.
"""

import argparse
import json
import pathlib
import shutil
import sys
import tempfile
import threading
import time
import traceback

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(HERE))
# The tree stays as it is checked out.
sys.dont_write_bytecode = True

from suite import checks_account, checks_data, checks_more, checks_orders, cross, docs, install  # noqa: E402
from suite.client import Client, NotOffered, Refused  # noqa: E402
from suite.desk import Desk  # noqa: E402
from suite.lines import PATIENCE_SECONDS, Failed  # noqa: E402
from suite.matrix import GREEN, NONE, RED, Matrix  # noqa: E402
from suite.venue import Venue  # noqa: E402

# A fixed day, so that a run does not depend on the hour; ten times as fast, so that the sizes
# displayed in each second come soon.
VENUE_OPTIONS = ("--sessions", "always", "--start", "2024-03-05", "--speed", "10", "--accounts", "2")

# A client with so many waits in vain is given up.
HANGS_MAX = 2

AGREEMENTS = (
    ("all five and the venue see the same working orders", cross.agree_on_orders),
    ("all five and the venue see the same positions", cross.agree_on_positions),
    ("all five and the venue's ledger have the same executions and commissions", cross.agree_on_executions),
    ("all five and the venue's ledger have the same completed orders", cross.agree_on_completed),
    ("cash = deposits + sales - purchases - commissions, exactly", cross.books_balance),
)


def function_of(check):
    """The function that a row of checks.json names."""
    for module in (checks_data, checks_more, checks_orders, checks_account, cross):
        if hasattr(module, check):
            return getattr(module, check)
    raise SystemExit(f"checks.json: no function for the check {check!r}")


class Run:
    """One run: a venue, the clients, the matrix."""

    def __init__(self, table, venue, clients):
        self.table, self.venue, self.clients = table, venue, clients
        self.checks = [check["id"] for check in table["checks"]]
        self.matrix = Matrix(self.checks, [client.name for client in clients])
        self.views = {}
        # Nobody looks before everybody is done trading.
        self.all_left = threading.Barrier(len(clients))
        self.lock = threading.Lock()

    def one(self, desk, check):
        client = desk.client.name
        try:
            result = function_of(check["id"])(desk, check)
        except NotOffered as error:
            said = self.table["not_offered"].get(check["id"], {}).get(client)
            # A library may lack something only where the table says so.
            return (NONE, said) if said else (RED, f"the driver says it is not offered: {error}")
        except (Failed, Refused) as error:
            return RED, str(error)
        except Exception:  # noqa: BLE001 - a defect of a check is a red check, not the end of the run
            return RED, traceback.format_exc()
        if check["id"] == "look":
            with self.lock:
                self.views[client] = result
        return GREEN, ""

    def walk(self, client):
        desk = Desk(client, self.venue, self.table)
        for check in self.table["checks"]:
            if check["id"] == "look":
                self.all_left.wait(600)
            began = time.monotonic()
            # A client that hangs would hold up everybody for the length of all its waits.
            if client.kept.get("hung", 0) >= HANGS_MAX and check["id"] != "look":
                result, words = RED, "not tried: too much before it had no answer"
            else:
                result, words = self.one(desk, check)
            if time.monotonic() - began > PATIENCE_SECONDS / 2:
                client.kept["hung"] = client.kept.get("hung", 0) + 1
            with self.lock:
                self.matrix.put(check["id"], client.name, result, words)
                took = time.monotonic() - began
                print(json.dumps({"client": client.name, "check": check["id"], "result": result,
                                  "seconds": round(took, 2)}), flush=True)

    def compare(self):
        state, ledger = self.venue.state(), self.venue.ledger()
        for title, compare in AGREEMENTS:
            self.agree(title, lambda compare=compare: compare(self.views, state, ledger))
        self.agree("the venue's audit finds every account in balance", lambda: cross.audit_passes(self.venue.get("/audit")))
        self.agree("all five were given the same bars, ticks and rules", lambda: cross.agree_on_answers(self.clients))

    def agree(self, title, compare):
        try:
            if len(self.views) != len(self.clients):
                raise Failed(f"only {sorted(self.views)} got so far")
            compare()
        except Failed as error:
            self.matrix.put_agreement(title, RED, str(error))
        except Exception:  # noqa: BLE001
            self.matrix.put_agreement(title, RED, traceback.format_exc())
        else:
            self.matrix.put_agreement(title, GREEN)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tollgate", default=str(ROOT / "target/debug/tollgate"), help="the binary under test")
    parser.add_argument("--rust-client", default=str(ROOT / "target/debug/examples/ibapi_client"),
                        help="the driver of the Rust client")
    parser.add_argument("--only", default="", help="names of clients, with commas; the default is all")
    parser.add_argument("--guide", action="store_true", help="run the blocks of docs/venue.md instead")
    return parser.parse_args()


def guide(given):
    try:
        blocks = docs.Guide(ROOT / "docs/venue.md", given.tollgate).run()
    except Failed as error:
        print(f"docs/venue.md: {error}")
        return 1
    print(f"docs/venue.md: {blocks} blocks ran as written")
    return 0


def main():
    given = arguments()
    table = json.loads((HERE / "checks.json").read_text(encoding="utf-8"))
    missing = install.missing(given)
    if missing:
        print(f"clients: {missing}", file=sys.stderr)
        return 2
    if given.guide:
        return guide(given)
    wanted = [spec for spec in table["clients"] if given.only in ("",) or spec["name"] in given.only.split(",")]
    began = time.monotonic()
    logs = pathlib.Path(tempfile.mkdtemp(prefix="tollgate-clients-"))
    venue = Venue(given.tollgate, logs / "venue.log", *VENUE_OPTIONS)
    clients = []
    try:
        for spec in wanted:
            command, env = install.driver(spec["name"], given)
            clients.append(Client(spec, command, logs / f"{spec['name']}.log", env))
        run = Run(table, venue, clients)
        threads = [threading.Thread(target=run.walk, args=(client,)) for client in clients]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        run.compare()
    finally:
        for client in clients:
            client.end()
        venue.end()
    print(run.matrix.text())
    took = f"{len(clients)} clients, {len(run.checks)} checks each, {time.monotonic() - began:.1f} s"
    if run.matrix.is_green():
        shutil.rmtree(logs)
        print(f"\n{took}")
        return 0
    print(f"\n{took}; logs in {logs}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
