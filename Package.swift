// swift-tools-version: 6.1
// ShardEM: mixture models by expectation-maximization over sharded data.

import PackageDescription

// The processor the kernels are compiled for: `native`, or an x86-64 level such as
// `x86-64-v3` for a cluster whose nodes differ. Without it a fused multiply-add is a
// library call per lane, about 80 times slower.
let processor = Context.environment["SHARDEM_CPU"] ?? "native"
#if arch(x86_64)
  let processorFlag = "-march=\(processor)"
#else
  let processorFlag = "-mcpu=\(processor)"
#endif

// Swift takes its target processor from the Clang importer's flag. Both flags hold in
// debug builds too: unoptimized kernels are about 100 times slower.
let kernelSettings: [SwiftSetting] = [.unsafeFlags(["-Ounchecked", "-Xcc", processorFlag])]

// Which MPI to build against: the pkg-config name of Open MPI's C interface, or `mpich`.
let mpiPackage = Context.environment["SHARDEM_MPI"] == "mpich" ? "mpich" : "ompi-c"
let mpi: TargetDependencyCondition? = .when(traits: ["MPI"])

// A library for other languages carries the Swift runtime in itself, so that it runs where Swift is not; the
// package manager's own option does not reach dynamic libraries. It shows its own functions only.
let exports = "\(Context.packageDirectory)/Sources/ShardEMC/exports.map"
let runtimeSettings: [LinkerSetting] =
  Context.environment["SHARDEM_STATIC_RUNTIME"] == nil
  ? [] : [.unsafeFlags(["-static-stdlib", "-Xlinker", "--version-script=\(exports)"])]

let package = Package(
  name: "ShardEM",
  products: [
    .library(
      name: "ShardEM",
      targets: [
        "ShardEM", "ModelFiles", "MixtureModels", "Rows", "RowSources", "Files", "MessagePassing",
        "MPICommunicator", "Host", "Kernels",
      ]),
    .executable(name: "shardem", targets: ["ShardEMCommand"]),
    .library(name: "shardemc", type: .dynamic, targets: ["ShardEMC"]),
  ],
  traits: [
    .trait(
      name: "MPI", description: "Ranks under mpirun; without it the program runs in one process."),
    .trait(name: "HDF5", description: "Data in HDF5 files; without it they are refused."),
    .default(enabledTraits: ["MPI", "HDF5"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.6.0"),
  ],
  targets: [
    .systemLibrary(
      name: "CMPI", pkgConfig: mpiPackage, providers: [.apt(["libopenmpi-dev"])]),
    .target(name: "CProcessor"),
    .target(
      name: "Kernels", dependencies: ["CProcessor"], swiftSettings: kernelSettings,
      linkerSettings: [.linkedLibrary("m")]),
    .target(name: "SystemLibrary"),
    .target(name: "Words"),
    .target(name: "Host", dependencies: ["SystemLibrary", "Words"]),
    .target(name: "MessagePassing", dependencies: ["SystemLibrary", "Host"]),
    .target(
      name: "MPICommunicator",
      dependencies: [
        "SystemLibrary", "Host", "MessagePassing", .target(name: "CMPI", condition: mpi),
      ]),
    .target(name: "Files", dependencies: ["SystemLibrary", "Words"]),
    .target(name: "CMappings"),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CHDF5", pkgConfig: "hdf5", providers: [.apt(["libhdf5-dev"])]),
    .target(
      name: "RowSources",
      dependencies: [
        "SystemLibrary", "Words", "Files", "CMappings", "CZlib",
        .target(name: "CHDF5", condition: .when(traits: ["HDF5"])),
      ]),
    .target(name: "Rows", dependencies: ["Words"]),
    .target(
      name: "MixtureModels", dependencies: ["Kernels", "Words", "Rows"],
      swiftSettings: [.unsafeFlags(["-Xcc", processorFlag])]),
    .target(name: "JSONDocuments", dependencies: ["Words"]),
    .target(name: "ModelFiles", dependencies: ["Words", "JSONDocuments", "MixtureModels"]),
    .target(
      name: "ShardEM",
      dependencies: [
        "SystemLibrary", "Kernels", "Words", "Host", "Files", "MessagePassing", "RowSources",
        "Rows", "JSONDocuments", "MixtureModels", "ModelFiles",
      ]),
    .target(
      name: "ShardEMC",
      dependencies: [
        "Kernels", "Words", "Host", "MessagePassing", "RowSources", "JSONDocuments",
        "MixtureModels", "ModelFiles", "ShardEM",
      ],
      exclude: ["exports.map", "shardem.h"], linkerSettings: runtimeSettings),
    .executableTarget(
      name: "ShardEMCommand",
      dependencies: [
        "SystemLibrary", "Kernels", "Words", "Host", "Files", "MessagePassing", "MPICommunicator",
        "RowSources", "JSONDocuments", "MixtureModels", "ModelFiles", "ShardEM",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
      ]),
    .executableTarget(
      name: "RankChecks",
      dependencies: [
        "Host", "Kernels", "MessagePassing", "MixtureModels", "MPICommunicator", "ShardEM",
      ]),
    .executableTarget(
      name: "Benchmarks",
      dependencies: [
        "SystemLibrary", "Kernels", "Files", "MessagePassing", "MPICommunicator", "RowSources",
        "MixtureModels", "ModelFiles", "ShardEM", "_TestSupport",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      swiftSettings: kernelSettings),
    .target(name: "CAllocations"),
    .systemLibrary(name: "CLibFuzzer"),
    .executableTarget(
      name: "Fuzz",
      dependencies: [
        "CAllocations", "CLibFuzzer", "Host", "MessagePassing", "RowSources", "MixtureModels",
        "ModelFiles", "ShardEM", "_TestSupport",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    .target(name: "_TestSupport", dependencies: ["MixtureModels", "CZlib"]),
    .testTarget(
      name: "KernelsTests", dependencies: ["SystemLibrary", "Kernels", "_TestSupport"]),
    .testTarget(name: "WordsTests", dependencies: ["Words"]),
    .testTarget(name: "HostTests", dependencies: ["Host"]),
    .testTarget(name: "MessagePassingTests", dependencies: ["Host", "MessagePassing"]),
    .testTarget(name: "FilesTests", dependencies: ["SystemLibrary", "Files", "_TestSupport"]),
    .testTarget(name: "RowSourcesTests", dependencies: ["RowSources", "Files", "_TestSupport"]),
    .testTarget(
      name: "MixtureModelsTests", dependencies: ["Kernels", "Rows", "MixtureModels", "_TestSupport"]),
    .testTarget(
      name: "ModelFilesTests", dependencies: ["MixtureModels", "ModelFiles", "_TestSupport"]),
    .testTarget(
      name: "ShardEMTests",
      dependencies: [
        "Kernels", "Host", "Files", "MessagePassing", "RowSources", "Rows", "MixtureModels",
        "ModelFiles", "ShardEM", "_TestSupport",
      ]),
    .testTarget(
      name: "ShardEMCommandTests",
      dependencies: [
        "SystemLibrary", "RowSources", "MixtureModels", "ModelFiles", "ShardEM", "ShardEMCommand",
        "_TestSupport",
      ]),
  ],
  swiftLanguageModes: [.v6]
)

// Tests spend their time in what they test: to optimize them costs a build more than it saves. KernelsTests
// has plain loops of its own.
for target in package.targets where target.type == .test && target.name != "KernelsTests" {
  target.swiftSettings = [.unsafeFlags(["-Onone"])]
}
