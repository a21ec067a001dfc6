import MessagePassing
import MixtureModels
import ModelFiles
import RowSources
import ShardEM
import Words

/// Rows that functions work on: what a `shardem_data` of the header is.
final class CallerData: Sendable {
  let rows: DataSet
  /// What the columns are called; nil if they have no names.
  let columns: [String]?
  /// Families of the columns by their values; nil if nobody asked.
  let guessedFamilies: String?
  let threads: Int
  let world: any Communicator

  init(
    _ rows: DataSet, columns: [String]?, guessedFamilies: String? = nil, threads: Int,
    world: any Communicator
  ) {
    (self.rows, self.threads, self.world) = (rows, threads, world)
    self.columns = columns ?? rows.columnNames
    self.guessedFamilies = guessedFamilies
  }

  /// - Parameter data: null, or from `handle`.
  /// - Throws: `ArgumentError` about null.
  static func of(_ data: UnsafeRawPointer?) throws -> CallerData {
    guard let data else { throw ArgumentError("no data") }
    return Unmanaged<CallerData>.fromOpaque(data).takeUnretainedValue()
  }

  /// What a caller holds, until it is released.
  var handle: UnsafeMutableRawPointer { Unmanaged.passRetained(self).toOpaque() }

  static func release(_ data: UnsafeMutableRawPointer?) {
    if let data { Unmanaged<CallerData>.fromOpaque(data).release() }
  }

  /// - Parameter world: of the same ranks.
  func engine(in world: (any Communicator)? = nil) -> Engine {
    Engine(rows, threads: threads, world: world ?? self.world)
  }
}

/// Rows in a caller's memory, with what is beside them.
struct CallerMemory {
  /// Where numbers are: `rows` × `columns`, strides in bytes.
  struct Numbers {
    let base: UnsafeRawPointer?
    var columns: Int64 = 1
    let rowStride: Int64
    var columnStride: Int64 = 8
  }

  let values: Numbers
  let rows: Int64
  let weights: Numbers
  let labels: Numbers

  /// Collective.
  ///
  /// - Parameter options: see the header.
  func open(
    _ options: UnsafePointer<CChar>?, in world: any Communicator
  ) throws -> CallerData {
    let share = try world.coreShare()
    let (request, own) = try world.agree {
      let request = try RowRequest(options)
      let name = world.size == 1 ? "X" : "X of rank \(world.rank)"
      let own = try CallerRows.rows(
        values, name, rows: rows, names: request.columns, of: request.elements,
        mayBeNone: world.size > 1)
      guard request.categories.isEmpty || request.categories.count == own.columnCount else {
        throw ArgumentError(
          "categories of \(request.categories.count) columns; expected \(own.columnCount)")
      }
      return (request, (own, try beside(weights, "sample_weight"), try beside(labels, "labels")))
    }
    let threads = request.threads ?? share
    let data = try DataSet(
      borrowing: own.0, weights: own.1, labels: own.2,
      missing: request.mayMiss ? .allowed() : .error,
      categories: request.categories.map { $0.map { Categories($0) } },
      classNames: request.classNames, threads: threads, world: world)
    return CallerData(data, columns: request.columns, threads: threads, world: world)
  }

  /// A number for each row; nil if there are none.
  private func beside(_ numbers: Numbers, _ name: String) throws -> BorrowedRows? {
    if numbers.base == nil { return nil }
    return try CallerRows.rows(numbers, name, rows: rows, mayBeNone: true)
  }
}

/// How rows in memory are to be taken, by a caller's options.
struct RowRequest {
  let columns: [String]?
  let elements: BinaryElements
  let mayMiss: Bool
  let threads: Int?
  /// Of each column; nil of one of numbers. Empty: all are.
  let categories: [[String]?]
  let classNames: [String]?

  /// - Throws: `ArgumentError` about the first option that cannot be used.
  init(_ json: UnsafePointer<CChar>?) throws {
    var reader = try OptionReader(json)
    columns = try reader.strings("columns")
    elements =
      try reader.string("type").map { text in
        guard let elements = BinaryElements(descriptor: text) else {
          throw ArgumentError("type: found \(quoted(text)), expected such as <f4 or |u1")
        }
        return elements
      } ?? .float64
    mayMiss = try reader.bool("missing") ?? false
    threads = try reader.threads()
    categories = try reader.lists("categories") ?? []
    classNames = try reader.strings("class_names")
    try reader.requireEmpty()
    if let columns, Set(columns).count < columns.count {
      throw ArgumentError("columns: two have the same name")
    }
    for (j, names) in categories.enumerated() {
      guard let names else { continue }
      guard !names.isEmpty, names.count <= Categories.most, Set(names).count == names.count else {
        throw ArgumentError(
          "categories: \(names.count) of column \(j + 1); expected 1 to \(Categories.most) "
            + "different ones")
      }
    }
    if let classNames, classNames.isEmpty || Set(classNames).count < classNames.count {
      throw ArgumentError("class_names: expected different ones")
    }
  }
}

/// Data files to be read, by a caller's options.
struct FileRequest {
  let files: [String]
  let options: ReadOptions
  let weights: String?
  let labels: String?
  let memory: MemoryLimit
  let threads: Int?
  let family: any Family.Type
  let guessesFamilies: Bool
  let settings: [String: String]
  let unknownCategoriesAreMissing: Bool

  /// - Throws: `ArgumentError` about the first option that cannot be used.
  init(_ json: UnsafePointer<CChar>?) throws {
    var reader = try OptionReader(json)
    files = try reader.strings("files") ?? []
    guard !files.isEmpty else { throw ArgumentError("files: expected one or more") }
    let missing = try reader.bool("missing") ?? false
    let words = try reader.strings("missing_values") ?? []
    let delimiter = try reader.string("delimiter").map { text -> UInt8 in
      let refused = "\"\n\r.+-0123456789".utf8
      guard text.utf8.count == 1, let byte = text.utf8.first, !refused.contains(byte) else {
        throw ArgumentError("delimiter: expected one character between fields")
      }
      return byte
    }
    options = ReadOptions(
      columns: try reader.strings("columns"), delimiter: delimiter,
      decimalComma: try reader.bool("decimal_comma") ?? false, header: try reader.bool("header"),
      missing: missing ? .allowed(words: words) : .error)
    weights = try reader.string("weights")
    labels = try reader.string("labels")
    let limit = try reader.string("memory") ?? "50%"
    guard let memory = MemoryLimit(limit) else {
      throw ArgumentError("memory: found \(limit), expected such as 2GB or 25%")
    }
    self.memory = memory
    threads = try reader.threads()
    let name = try reader.string("family")
    (family, guessesFamilies) = (try FitRequest.family(name), name == FitRequest.guessed)
    settings = try reader.texts("settings") ?? [:]
    let unknown = try reader.string("unknown_categories") ?? "error"
    guard ["error", "missing"].contains(unknown) else {
      throw ArgumentError(
        "unknown_categories: found \(quoted(unknown)), expected error or missing")
    }
    unknownCategoriesAreMissing = unknown == "missing"
    if unknownCategoriesAreMissing && !missing {
      throw ArgumentError("unknown_categories: missing, where cells may not be missing")
    }
    try reader.requireEmpty()
  }

  /// Collective.
  ///
  /// - Parameter model: whose columns they are to have; nil: those that the family takes.
  func open(for model: ModelFile?, in world: any Communicator) throws -> CallerData {
    let share = try world.coreShare()
    let threads = self.threads ?? share
    var options = options
    options.order = model?.columns.map { ColumnOrder(names: $0, owner: "model") }
    var families: String?
    let own = kinds { families = $0 }
    let data = try DataSet.open(
      files, options: options, weights: weights, labels: labels,
      kinds: model.map(Self.kinds) ?? own,
      unknownCategoriesAreMissing: unknownCategoriesAreMissing, predictingAllRows: model != nil,
      memory: memory, threads: threads, world: world)
    return CallerData(
      data, columns: nil, guessedFamilies: families, threads: threads, world: world)
  }

  /// Which columns are of categories, by the family.
  ///
  /// - Parameter guess: is told the families of the columns, if they are guessed.
  private func kinds(guess: @escaping (String) -> Void) -> ColumnKinds {
    ColumnKinds(looksAtValues: guessesFamilies) { found in
      var values = settings
      if guessesFamilies {
        let text = GuessedFamilies(found).text
        guess(text)
        values[GuessedFamilies.setting] = text
      }
      return try family.categoricalColumns(
        FamilyOptions(columnNames: found.names, values: values), names: found.names,
        count: found.count
      ).map { $0 ? .category(nil) : .number }
    }
  }

  /// Those of a model.
  private static func kinds(of model: ModelFile) -> ColumnKinds? {
    let kinds = model.mixture.categories.map {
      $0.map { ColumnKind.category(Categories($0)) } ?? .number
    }
    return kinds.isEmpty
      ? nil
      : ColumnKinds { found in
        guard kinds.count == found.count else {
          throw DataSetError.columns(found: found.count, expected: kinds.count)
        }
        return kinds
      }
  }
}
