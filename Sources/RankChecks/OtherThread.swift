import MPICommunicator
import MessagePassing
import MixtureModels
import ShardEM

/// Under MPI_THREAD_FUNNELED, a collective on another thread than that of MPI is an error, on that
/// thread, and nothing is sent.
func checkThread(_ checks: inout Checks) throws {
  #if MPI
    guard let world = checks.world as? MPICommunicator else { return }
    var found: (any Error)?
    do { _ = try onOtherThread { try world.barrier() } } catch { found = error }
    let error = found as? MPIError
    try checks.expect(
      error?.call == "MPI_Barrier" && error?.reason.contains("MPI_THREAD_MULTIPLE") == true,
      "a collective on a thread that must not call MPI is refused")
  #endif
}

/// Collective. Fits two clusters on a thread that did not start MPI; rank 0 prints their means.
func fitOnOtherThread(in world: any Communicator) throws {
  let values = (0..<64).map { Double($0 % 2 * 100 + $0 / 16) }
  let means = try onOtherThread { try fit(values, in: world) }
  if world.rank == 0 { print("means \(means[0].sorted())") }
}

private func fit(_ values: [Double], in world: any Communicator) throws -> [Double] {
  let data = try DataSet(values: values, columnCount: 1, blockRows: 16, world: world)
  return try Engine(data, threads: 1, world: world).fit(
    GaussianMixture(components: 2, columns: 1), from: .kMeans
  ).parameters.means
}

/// A world of one thread is a thread of its own.
private func onOtherThread<Value: Sendable>(
  _ work: @escaping @Sendable () throws -> Value
) throws -> [Value] {
  try ThreadCommunicator.run(ranks: 1) { _ in try work() }
}
