#if HDF5
  internal import CHDF5

  /// What the attributes of a variable say of its numbers, by the conventions of NetCDF and CF: which
  /// of them stand for missing cells, and what to make of the others.
  ///
  /// `_FillValue`, `missing_value`, `valid_range`, `valid_min` and `valid_max` speak of the numbers as
  /// they are stored; what is left is times `scale_factor` plus `add_offset`, in float64. A dataset
  /// without such attributes has none of this, whatever its fill value, unless it is NetCDF's: there,
  /// what was never written holds the fill value of the type, except in bytes.
  struct HDF5Attributes: Equatable {
    private var scale = 1.0
    private var offset = 0.0
    /// Numbers that stand for missing cells, and by which attribute.
    private var markers: [Marker] = []
    private var lowest: (value: Double, attribute: String)?
    private var highest: (value: Double, attribute: String)?

    private struct Marker: Equatable {
      let value: Double
      let attribute: String
    }

    /// What NetCDF calls the fill value that it uses unless told of another.
    private static let defaultFill = "fill value of NetCDF"

    /// None.
    init() {}

    static func == (a: HDF5Attributes, b: HDF5Attributes) -> Bool {
      (a.scale, a.offset) == (b.scale, b.offset) && a.lowest?.value == b.lowest?.value
        && a.highest?.value == b.highest?.value && a.explicitMarkers == b.explicitMarkers
    }

    private var explicitMarkers: [Double] {
      markers.filter { $0.attribute != HDF5Attributes.defaultFill }.map(\.value)
    }

    /// Whether there are none.
    var areNone: Bool { self == HDF5Attributes() }

    /// Whether the numbers mean what they are.
    var isPlain: Bool { (scale, offset) == (1, 0) }

    /// `scale_factor 0.01, add_offset 3.0`; empty if the numbers are what they are.
    var summary: String { isPlain ? "" : "scale_factor \(scale), add_offset \(offset)" }

    /// The type of the elements by the attribute `_Unsigned`, of those that have no unsigned types.
    static func descriptor(of dataset: HDF5Handle, stored: String) -> String {
      guard shardem_hdf5_has_attribute(dataset.id, ".", "_Unsigned") != 0 else { return stored }
      let text = HDF5Library.text(16) { shardem_hdf5_read_text(dataset.id, "_Unsigned", $0, 16) }
      var characters = Array(stored)
      guard characters.count == 3, ["i", "u"].contains(characters[1]) else { return stored }
      switch text.lowercased() {
      case "true": characters[1] = "u"
      case "false": characters[1] = "i"
      default: break
      }
      return String(characters)
    }

    /// - Parameter kind: of the elements.
    /// - Throws: `RowSourceError` about `name` if an attribute is not what the conventions say.
    init(
      _ dataset: HDF5Handle, _ creation: HDF5Handle, _ kind: BinaryElements.Kind, name: String
    ) throws {
      let reader = Reader(dataset: dataset, kind: kind, name: name)
      scale = try reader.number("scale_factor") ?? 1
      offset = try reader.number("add_offset") ?? 0
      for attribute in ["_FillValue", "missing_value"] {
        for value in try reader.limits(attribute) ?? [] {
          markers.append(Marker(value: value, attribute: attribute))
        }
      }
      if let range = try reader.limits("valid_range") {
        guard range.count == 2 else {
          throw reader.error("valid_range", "\(range.count) numbers", "two")
        }
        (lowest, highest) = ((range[0], "valid_range"), (range[1], "valid_range"))
      }
      if let value = try reader.limit("valid_min") { lowest = (value, "valid_min") }
      if let value = try reader.limit("valid_max") { highest = (value, "valid_max") }

      var fill = 0.0
      let hasFill = markers.contains { $0.attribute == "_FillValue" }
      if !hasFill, kind.byteCount > 1, reader.isNetCDF,
        shardem_hdf5_fill_value(creation.id, &fill) != 0
      {
        markers.append(Marker(value: fill, attribute: HDF5Attributes.defaultFill))
      }
    }

    /// Makes of `count` numbers as they are stored what they mean.
    ///
    /// - Parameter mayMiss: whether cells may be missing: they become NaN.
    /// - Returns: else the first that stands for a missing cell, and why; the numbers are as they
    ///   were then.
    func apply(
      to values: UnsafeMutablePointer<Double>, count: Int, mayMiss: Bool
    ) -> (index: Int, problem: HDF5Problem)? {
      if !markers.isEmpty || lowest != nil || highest != nil {
        for index in 0..<count {
          guard let problem = problem(of: values[index]) else { continue }
          if !mayMiss { return (index, problem) }
          values[index] = .nan
        }
      }
      if !isPlain {
        for index in 0..<count { values[index] = values[index] * scale + offset }
      }
      return nil
    }

    private func problem(of value: Double) -> HDF5Problem? {
      for marker in markers where value == marker.value {
        return .missing(value, attribute: marker.attribute)
      }
      let (low, high) = (lowest?.value ?? -.infinity, highest?.value ?? .infinity)
      if let lowest, value < low {
        return .outside(value, attribute: lowest.attribute, lowest: low, highest: high)
      }
      if let highest, value > high {
        return .outside(value, attribute: highest.attribute, lowest: low, highest: high)
      }
      return nil
    }
  }

  /// Reads the attributes of one dataset.
  private struct Reader {
    let dataset: HDF5Handle
    let kind: BinaryElements.Kind
    let name: String

    /// Whether NetCDF's library, or one that writes for it, made the file or the dataset.
    var isNetCDF: Bool {
      shardem_hdf5_has_attribute(dataset.id, "/", "_NCProperties") != 0
        || shardem_hdf5_has_attribute(dataset.id, ".", "_Netcdf4Dimid") != 0
        || shardem_hdf5_has_attribute(dataset.id, ".", "_Netcdf4Coordinates") != 0
    }

    func error(_ attribute: String, _ found: String, _ expected: String) -> RowSourceError {
      RowSourceError(
        .hdf5(.attribute(attribute, found: found, expected: expected)), path: name)
    }

    /// An attribute that is one finite number; nil without it.
    func number(_ attribute: String) throws -> Double? {
      guard let numbers = try numbers(attribute)?.values else { return nil }
      guard numbers.count == 1 else { throw error(attribute, "\(numbers.count) numbers", "one") }
      guard numbers[0].isFinite else { throw error(attribute, "\(numbers[0])", "a finite number") }
      return numbers[0]
    }

    /// An attribute that is one number of the kind that the elements are; nil without it.
    func limit(_ attribute: String) throws -> Double? {
      guard let limits = try limits(attribute) else { return nil }
      guard limits.count == 1 else { throw error(attribute, "\(limits.count) numbers", "one") }
      return limits[0]
    }

    /// An attribute whose numbers are of the kind that the elements are: rounded as these are if it
    /// was written in more digits, and without a sign if these have none.
    func limits(_ attribute: String) throws -> [Double]? {
      guard let (values, element) = try numbers(attribute) else { return nil }
      let isUnsigned = kind.rawValue.first == "u"
      return values.map { value in
        switch kind {
        case .float16: Double(Float16(value))
        case .float32: Double(Float(value))
        case _ where isUnsigned && value < 0 && element.size == kind.byteCount:
          value + Double(sign: .plus, exponent: 8 * kind.byteCount, significand: 1)
        default: value
        }
      }
    }

    private func numbers(
      _ attribute: String
    ) throws -> (values: [Double], element: shardem_hdf5_element)? {
      guard shardem_hdf5_has_attribute(dataset.id, ".", attribute) != 0 else { return nil }
      let limit = 1000
      var values = [Double](repeating: 0, count: limit)
      var element = shardem_hdf5_element()
      let count = Int(
        shardem_hdf5_read_numbers(dataset.id, attribute, &values, Int64(limit), &element))
      switch count {
      case -2: throw self.error(attribute, "no number", "one of the type of the variable")
      case ..<0: try HDF5Library.check(-1, name)
      case (limit + 1)...: throw self.error(attribute, "\(count) numbers", "at most \(limit)")
      default: break
      }
      return count > 0 ? (Array(values.prefix(count)), element) : nil
    }
  }
#endif
