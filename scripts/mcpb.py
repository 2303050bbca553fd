#!/usr/bin/env python3
"""Builds an MCP bundle: a zip of a manifest and the binary, for programs that install such.

    mcpb.py BINARY OUT

The bundle asks for the gateway's address and the agent's key file when it is installed.
"""

import json
import pathlib
import platform
import subprocess
import sys
import zipfile

PLATFORMS = {"Linux": "linux", "Darwin": "darwin"}
# A fixed time, so that the same binary makes the same bundle.
TIME = (2020, 1, 1, 0, 0, 0)


def manifest(version, tools):
    return {
        "manifest_version": "0.3",
        "name": "tollgate",
        "display_name": "Tollgate",
        "version": version,
        "description": "Interactive Brokers for agents: every order passes gates, waits for a human where it must, and is sent once.",
        "author": {"name": "Tollgate"},
        "license": "Apache-2.0",
        "server": {
            "type": "binary",
            "entry_point": "server/tollgate",
            "mcp_config": {
                "command": "${__dirname}/server/tollgate",
                "args": ["mcp", "--url", "${user_config.url}", "--key-file", "${user_config.key_file}"],
            },
        },
        "user_config": {
            "url": {
                "type": "string",
                "title": "Gateway",
                "description": "Address of the running gateway",
                "default": "http://127.0.0.1:8787",
                "required": True,
            },
            "key_file": {
                "type": "file",
                "title": "Key file",
                "description": "agent.key in the gateway's data directory",
                "required": True,
            },
        },
        "tools": tools,
        "tools_generated": False,
        "prompts_generated": True,
        "compatibility": {"platforms": [PLATFORMS[platform.system()]]},
    }


def listed(snapshot):
    """Names and words of the tools, from the snapshot that the tests keep true."""
    text = pathlib.Path(snapshot).read_text().split("---\n", 2)[2]
    return [{"name": tool["name"], "description": tool["description"]} for tool in json.loads(text)]


def add(bundle, name, data, mode):
    entry = zipfile.ZipInfo(name, TIME)
    entry.external_attr = mode << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    bundle.writestr(entry, data)


def main():
    binary, out = sys.argv[1:]
    root = pathlib.Path(__file__).resolve().parent.parent
    (snapshot,) = root.glob("crates/server/tests/it/mcp/snapshots/*the_list_is_small*.snap")
    said = subprocess.run([binary, "--version"], capture_output=True, text=True, check=True).stdout.split()
    with zipfile.ZipFile(out, "w") as bundle:
        words = json.dumps(manifest(said[1], listed(snapshot)), indent=2) + "\n"
        add(bundle, "manifest.json", words, 0o644)
        add(bundle, "LICENSE", (root / "LICENSE").read_text(), 0o644)
        add(bundle, "server/tollgate", pathlib.Path(binary).read_bytes(), 0o755)
    print(f"{out}: {pathlib.Path(out).stat().st_size} bytes")


main()
