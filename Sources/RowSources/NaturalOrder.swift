/// The order of numbered files, as people count: 2.npy before 10.npy.
package enum NaturalOrder {
  /// Whether `a` comes before `b`: byte by byte, but for stretches of digits, which are compared as
  /// numbers. By bytes alone if that makes no difference, as of 1 and 01.
  ///
  /// A total order, in which no locale has a say.
  package static func precedes(_ a: String, _ b: String) -> Bool {
    var (restOfA, restOfB) = (Array(a.utf8)[...], Array(b.utf8)[...])
    while let first = restOfA.first, let other = restOfB.first {
      if first.isDigit && other.isDigit {
        let (number, otherNumber) = (digits(&restOfA), digits(&restOfB))
        if number.count != otherNumber.count { return number.count < otherNumber.count }
        if number != otherNumber { return number.lexicographicallyPrecedes(otherNumber) }
      } else {
        if first != other { return first < other }
        restOfA.removeFirst()
        restOfB.removeFirst()
      }
    }
    if restOfA.count != restOfB.count { return restOfA.isEmpty }
    return a.utf8.lexicographicallyPrecedes(b.utf8)
  }

  package static func sorted(_ names: [String]) -> [String] { names.sorted(by: precedes) }

  /// Neighbours in `names`, which are sorted by `precedes`, that their bytes put the other way
  /// round; nil if there are none.
  package static func firstDifferenceFromBytes(_ names: [String]) -> (String, String)? {
    zip(names, names.dropFirst()).first { $1.utf8.lexicographicallyPrecedes($0.utf8) }
  }

  /// Takes a number from the front, without the zeros that it begins with.
  private static func digits(_ rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let number = rest.prefix(while: \.isDigit)
    rest = rest[number.endIndex...]
    return number.drop { $0 == UInt8(ascii: "0") }
  }
}
