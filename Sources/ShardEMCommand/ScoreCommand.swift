import ArgumentParser
import MessagePassing

struct ScoreCommand: WorldCommand {
  static let configuration = CommandConfiguration(commandName: "score", abstract: "x")
  func run<World: Communicator>(in world: World) throws -> ExitStatus { .done }
}
