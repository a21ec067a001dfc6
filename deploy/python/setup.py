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
#: One library for each, of which the package takes the best that the processor has.
LEVELS = ("x86-64-v3", "x86-64-v4")
#: Of scripts/sanitize: what the library is to be checked by while it runs.
SANITIZER = os.environ.get("SHARDEM_SANITIZER")


def libraries() -> dict[str, Path]:
    """What the package has, by names: for processors of the last ten years or so and for later ones, or if SHARDEM_CPU
    says what for, one."""
    if platform.machine() != "x86_64" or "SHARDEM_CPU" in os.environ:
        return {"libshardemc.so": build_library()}
    return {f"libshardemc-{level}.so": build_library(level) for level in LEVELS}


def build_library(level: str | None = None) -> Path:
    """The library, built without MPI and HDF5.

    level: the processor; None: what SHARDEM_CPU says.
    """
    if not (ROOT / "Package.swift").exists():
        raise SystemExit(f"{ROOT}: no Package.swift; build from a clone of the repository")
    if shutil.which("swift") is None:
        raise SystemExit("no swift on PATH, which builds the library: see https://www.swift.org/install")
    environment = dict(os.environ, SHARDEM_STATIC_RUNTIME="1")
    if level:
        environment["SHARDEM_CPU"] = level
    sanitizer = [SANITIZER] if SANITIZER else []
    scratch = ROOT / "-".join([".build-python", *filter(None, [level]), *sanitizer])
    command = [
        "swift", "build", "-c", "release", "--product", "shardemc", "--disable-default-traits",
        "--package-path", str(ROOT), "--scratch-path", str(scratch), *(f"--sanitize={one}" for one in sanitizer),
    ]
    subprocess.run(command, check=True, env=environment)
    return scratch / "release" / "libshardemc.so"


class BuildWithLibrary(build_py):
    def run(self):
        super().run()
        # An editable install takes it from the folder of the sources.
        folder = Path(__file__).parent if self.editable_mode else Path(self.build_lib)
        built = libraries()
        for old in (folder / "shardem").glob("libshardemc*.so"):
            old.unlink()
        for name, library in built.items():
            target = folder / "shardem" / name
            shutil.copyfile(library, target)
            if shutil.which("strip") and not SANITIZER:
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
