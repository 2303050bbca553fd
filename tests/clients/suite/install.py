"""Where scripts/clients.sh put the clients, and how their drivers are started."""

import pathlib

HERE = pathlib.Path(__file__).resolve().parent.parent
ROOT = HERE.parent.parent
INSTALLED = ROOT / "target" / "clients"

PYTHON_DRIVERS = {"ib_async": "ib_family.py", "ib_insync": "ib_family.py", "ibapi": "ibapi_driver.py"}


def driver(name, given):
    """Command and environment of a client's driver."""
    drivers = HERE / "drivers"
    if name in PYTHON_DRIVERS:
        env = {"PYTHONPATH": str(INSTALLED / name), "PYTHONDONTWRITEBYTECODE": "1"}
        return [str(INSTALLED / "venv/bin/python"), str(drivers / PYTHON_DRIVERS[name]), name], env
    if name == "stoqey":
        return ["node", str(drivers / "stoqey" / "driver.js")], {"NODE_PATH": str(INSTALLED / "stoqey" / "node_modules")}
    return [given.rust_client], {}


def missing(given):
    """What has to be done first, in words; empty if nothing."""
    if not (INSTALLED / "stamp").exists():
        return "the third-party clients are not installed: run scripts/clients.sh (make setup does)"
    for path, package in ((given.tollgate, "tollgate"), (given.rust_client, "tollgate")):
        if not pathlib.Path(path).exists():
            return f"{path} is missing: run cargo build -p {package} --bins --examples"
    return ""
