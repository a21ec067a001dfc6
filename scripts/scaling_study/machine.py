"""Where and when was measured."""

import json
import os
import pathlib
import platform
import shlex
import sys
import time


def core_count():
    """The cores of the Slurm allocation there is, else those that this process may use."""
    nodes, cores = (os.environ.get(f"SLURM_{name}", "") for name in ("JOB_NUM_NODES", "CPUS_ON_NODE"))
    if nodes.isdecimal() and cores.isdecimal():
        return int(nodes) * int(cores)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor()


def write(folder, cores):
    """What the reports say of the circumstances; the load is that before the measurement."""
    facts = {
        "date": time.strftime("%Y-%m-%d"),
        "machine": f"{processor()}, {cores} core{'s' * (cores != 1)}",
        "cores": cores,
        "load": os.getloadavg()[0],
        "command": shlex.join(["scripts/scaling", *sys.argv[1:]]),
    }
    (folder / "machine.json").write_text(json.dumps(facts, indent=1) + "\n")


def read(folder):
    return json.loads((folder / "machine.json").read_text())
