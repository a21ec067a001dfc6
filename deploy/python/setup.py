"""Builds the library of Sources/ShardEMC and packs it beside the Python files."""

import os
import platform
import shutil
import subprocess
from pathlib import Path

from setuptools import Distribution, setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_py import build_py

ROOT = Path(__file__).resolve().parents[2]
LIBRARY = "libshardemc.so"


def build_library() -> Path:
    """The library, built without MPI and HDF5, for processors of the last ten years or so."""
    if not (ROOT / "Package.swift").exists():
        raise SystemExit(f"{ROOT}: no Package.swift; build from a clone of the repository")
    if shutil.which("swift") is None:
        raise SystemExit("no swift on PATH, which builds the library: see https://www.swift.org/install")
    environment = dict(os.environ, SHARDEM_STATIC_RUNTIME="1")
    if platform.machine() == "x86_64":
        environment.setdefault("SHARDEM_CPU", "x86-64-v3")
    scratch = ROOT / ".build-python"
    command = [
        "swift", "build", "-c", "release", "--product", "shardemc", "--disable-default-traits",
        "--package-path", str(ROOT), "--scratch-path", str(scratch),
    ]
    subprocess.run(command, check=True, env=environment)
    return scratch / "release" / LIBRARY


class BuildWithLibrary(build_py):
    def run(self):
        super().run()
        # An editable install takes it from the folder of the sources.
        folder = Path(__file__).parent if self.editable_mode else Path(self.build_lib)
        target = folder / "shardem" / LIBRARY
        shutil.copyfile(build_library(), target)
        if shutil.which("strip"):
            subprocess.run(["strip", "--strip-unneeded", str(target)], check=True)


class PlatformWheel(bdist_wheel):
    """One wheel for every Python: the library knows nothing of it."""

    def get_tag(self):
        return ("py3", "none", super().get_tag()[2])


class BinaryDistribution(Distribution):
    def has_ext_modules(self):
        return True


setup(
    cmdclass={"build_py": BuildWithLibrary, "bdist_wheel": PlatformWheel},
    distclass=BinaryDistribution,
)
