import ArgumentParser
import MessagePassing

struct InspectCommand: WorldCommand {
  static let configuration = CommandConfiguration(commandName: "inspect", abstract: "x")
  func run<World: Communicator>(in world: World) throws -> ExitStatus { .done }
}
