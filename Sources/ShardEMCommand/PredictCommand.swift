import ArgumentParser
import MessagePassing

struct PredictCommand: WorldCommand {
  static let configuration = CommandConfiguration(commandName: "predict", abstract: "x")
  func run<World: Communicator>(in world: World) throws -> ExitStatus { .done }
}
