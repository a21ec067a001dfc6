/// The parameters of a model: lists of numbers by name, in a fixed order.
///
///     let start: Parameters = ["weights": [0.5, 0.5], "means": [1, 2]]
///     start["means"][1]
///
/// Which names a model has, and how many numbers of each, its `layout` says.
public struct Parameters: Sendable, Equatable, ExpressibleByDictionaryLiteral {
  public private(set) var names: [String]
  private var lists: [[Double]]

  public init(dictionaryLiteral parts: (String, [Double])...) { self.init(parts) }

  public init(_ parts: [(name: String, numbers: [Double])]) {
    names = parts.map(\.name)
    lists = parts.map(\.numbers)
  }

  /// The numbers of this name, row-major. Reading a name that is not there is an error of the program;
  /// writing one adds it.
  public subscript(name: String) -> [Double] {
    get { lists[place(of: name)] }
    set {
      if let place = names.firstIndex(of: name) {
        lists[place] = newValue
      } else {
        names.append(name)
        lists.append(newValue)
      }
    }
    _modify { yield &lists[place(of: name)] }
  }

  /// All numbers, in order.
  public var numbers: [Double] { Array(lists.joined()) }

  private func place(of name: String) -> Int {
    guard let place = names.firstIndex(of: name) else {
      preconditionFailure("no parameters named \(name), but \(names)")
    }
    return place
  }
}

extension Parameters {
  /// K weights of the components of a mixture, non-negative, summing to 1: with that of noise, if there is
  /// any.
  public var weights: [Double] {
    get { self["weights"] }
    set { self["weights"] = newValue }
    _modify { yield &self["weights"] }
  }
}
