import ArgumentParser
import MessagePassing

struct SampleCommand: WorldCommand {
  static let configuration = CommandConfiguration(commandName: "sample", abstract: "x")
  func run<World: Communicator>(in world: World) throws -> ExitStatus { .done }
}
