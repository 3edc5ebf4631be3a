"""Importing a web process opens nothing: what holds a thread or a socket is made after the fork."""

import json
import subprocess
import sys

import pytest

from deploy.topology import Side, sides

LOOK = """
import importlib, json, os, sys, threading
importlib.import_module(sys.argv[1])
links = [os.readlink(f"/proc/self/fd/{n}") for n in os.listdir("/proc/self/fd")
         if os.path.lexists(f"/proc/self/fd/{n}")]
print(json.dumps({
    "threads": threading.active_count(),
    "sockets": [link for link in links if link.startswith("socket:")],
    "heavy": sorted({"kafka", "httpx"} & set(sys.modules)),
}))
"""


@pytest.mark.parametrize(
    "module",
    [one.code.partition(":")[0] for one in sides(Side.WEB)],
)
def test_importing_a_web_process_starts_no_thread_opens_no_socket_and_needs_no_kafka(
    module: str,
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOOK, module], check=True, capture_output=True, text=True
    )
    assert json.loads(done.stdout) == {"threads": 1, "sockets": [], "heavy": []}
