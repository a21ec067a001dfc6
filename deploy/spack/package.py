# A recipe for Spack. In a repository of one's own (`spack repo create shardem-repo shardem`, `spack
# repo add`) it belongs in packages/shardem/package.py; then, with the project's folder at hand:
#
#     spack dev-build --source-path PROJECT shardem@main ^openmpi
#     spack dev-build --source-path PROJECT shardem@main target=x86_64_v3 ^mpich

from spack.package import *


class Shardem(Package):
    """Mixture models by expectation-maximization over sharded data, in one process or under MPI,
    with the same bits on any number of ranks and threads."""

    # The sources come from the folder given to dev-build.
    has_code = False
    version("main")
    license("Apache-2.0")

    variant("mpi", default=True, description="Ranks under mpirun or srun")
    variant("hdf5", default=True, description="Data in HDF5 files")

    # Swift 6.1 or later and git are found on the PATH: Spack has no recipe for Swift, see
    # https://swift.org/install
    depends_on("c", type="build")
    depends_on("pkgconfig", type="build")
    depends_on("zlib-api")
    depends_on("mpi", when="+mpi")
    # Each rank reads for itself.
    depends_on("hdf5~mpi", when="+hdf5")

    def setup_build_environment(self, env):
        # Swift comes with a compiler of its own, also for what is written in C.
        env.unset("CC")
        env.unset("CXX")
        # For one processor, as Spack has it: the level that all of its names for it have, x86-64-v4 for zen5.
        level = self.spec.target.generic.name
        if level.startswith("x86_64"):
            env.set("SHARDEM_CPU", level.replace("_", "-"))
        if self.spec.satisfies("+mpi ^[virtuals=mpi] mpich"):
            env.set("SHARDEM_MPI", "mpich")

    def install(self, spec, prefix):
        options = ["-c", "release", "--product", "shardem", "--static-swift-stdlib"]
        options += ["--scratch-path", ".build-spack"]
        traits = [name for name in ["mpi", "hdf5"] if spec.satisfies("+" + name)]
        if traits:
            options += ["--traits", ",".join(traits).upper()]
        else:
            options.append("--disable-default-traits")
        # Swift does not go through Spack's wrapper of compilers, which would tell the program where
        # its libraries are.
        for library in ["zlib-api"] + traits:
            options += ["-Xlinker", "-rpath", "-Xlinker", spec[library].prefix.lib]
        which("swift", required=True)("build", *options)
        mkdirp(prefix.bin)
        install(".build-spack/release/shardem", prefix.bin)

    @run_after("install")
    @on_package_attributes(run_tests=True)
    def check_version(self):
        Executable(self.prefix.bin.shardem)("--version")
