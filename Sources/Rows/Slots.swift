/// Named parts of a buffer of numbers.
public struct Slots: Sendable, Equatable, ExpressibleByDictionaryLiteral {
  /// The names of the parts, in the order of the buffer.
  public private(set) var names: [String]
  private var ends: [Int]

  /// - Parameter parts: the names, and how many numbers each has, in the order of the buffer.
  public init(dictionaryLiteral parts: (String, Int)...) {
    var end = 0
    names = parts.map { $0.0 }
    precondition(Set(names).count == names.count, "two parts of one name among \(names)")
    ends = parts.map { name, count in
      precondition(count >= 0, "\(count) numbers of \(name)")
      end += count
      return end
    }
  }

  /// The parts of one and then of the other.
  public static func + (first: Slots, second: Slots) -> Slots {
    var both = first
    both.names += second.names
    precondition(
      Set(both.names).count == both.names.count, "two parts of one name among \(both.names)")
    both.ends += second.ends.map { $0 + first.count }
    return both
  }

  /// The same parts under other names.
  package func prefixed(_ prefix: String) -> Slots {
    var others = self
    others.names = names.map { prefix + $0 }
    return others
  }

  /// The number of numbers.
  public var count: Int { ends.last ?? 0 }

  /// Where the part of this name lies; nil if there is none.
  public subscript(name: String) -> Range<Int>? {
    names.firstIndex(of: name).map { ($0 == 0 ? 0 : ends[$0 - 1])..<ends[$0] }
  }

  /// What messages call number `slot`: "masses", or of several "masses 3 of 5".
  public func name(of slot: Int) -> String {
    guard let part = ends.firstIndex(where: { slot < $0 }), let range = self[names[part]] else {
      return "number \(slot + 1)"
    }
    return range.count == 1
      ? names[part] : "\(names[part]) \(slot - range.lowerBound + 1) of \(range.count)"
  }
}

/// The sums of a pass over all rows, by name.
public struct Sums: Sendable, Equatable {
  public let slots: Slots
  /// As many as there are slots.
  public let numbers: [Double]

  public init(_ slots: Slots, _ numbers: [Double]) {
    precondition(
      numbers.count == slots.count, "\(numbers.count) sums of \(slots.count) slots")
    (self.slots, self.numbers) = (slots, numbers)
  }

  /// The sums of this name, which the pass must have; their indices begin at 0.
  public subscript(name: String) -> [Double] {
    guard let range = slots[name] else { preconditionFailure("no sums named \(name)") }
    return Array(numbers[range])
  }

  /// The same, but for the sums of one name.
  public func replacing(_ name: String, with sums: [Double]) -> Sums {
    slots.names.reduce(into: Sums([:], [])) { result, part in
      let values = part == name ? sums : self[part]
      result = Sums(result.slots + [part: values.count], result.numbers + values)
    }
  }
}
