import Files

#if HDF5
  internal import CHDF5

  /// The other datasets from which a virtual dataset takes its elements. The library gives fill values
  /// for what it does not find there. Everything here is called within `HDF5Library.call`.
  struct HDF5Virtual {
    private let storage: HDF5Storage

    init(_ storage: HDF5Storage) { self.storage = storage }

    private var form: HDF5Form { storage.form }
    private var name: String { storage.name }

    /// Elements that come from one dataset.
    private struct Piece {
      let target: HDF5Selection
      let file: String
      let dataset: String
      let source: HDF5Handle
    }

    /// Checks that all elements come from datasets, and these have them.
    ///
    /// - Returns: what reading all of them takes: the library keeps them open.
    /// - Throws: `RowSourceError` that names the rows, and the file and dataset they come from.
    func requireSources() throws -> HDF5Unpacking {
      let identity = try storage.dataset.identity(name)
      guard !storage.chain.contains(identity), storage.chain.count < 16 else {
        throw RowSourceError(.hdf5(.circle), path: name)
      }
      var count = 0
      try HDF5Library.check(H5Pget_virtual_count(form.creation.id, &count), name)
      var unpacking = HDF5Unpacking()
      var boxes: [[HDF5Pattern]] = []
      for number in 0..<count {
        try forEachPiece(number) { piece in
          do {
            let found = try require(piece, chain: storage.chain + [identity])
            unpacking.add(found.unpacking)
            boxes += found.boxes
          } catch {
            throw RowSourceError(
              .hdf5(.source(piece.target.rows, reason: "\(error)")), path: name)
          }
        }
      }
      guard let coverage = HDF5Coverage(boxes, shape: form.array.shape) else {
        throw RowSourceError(.hdf5(.library("its columns come from too many parts")), path: name)
      }
      if let gap = coverage.firstGap { throw RowSourceError(.hdf5(.unmapped(gap)), path: name) }
      return unpacking
    }

    // MARK: What the header says

    private func text(_ call: (UnsafeMutablePointer<CChar>?, Int) -> Int) -> String {
      let size = max(0, call(nil, 0))
      return HDF5Library.text(size + 1) { _ = call($0, size + 1) }
    }

    /// Calls `body` with the pieces of mapping `number`: one, or of sources that have numbers in their
    /// names, one for each number; none beyond the extent.
    private func forEachPiece(_ number: Int, _ body: (Piece) throws -> Void) throws {
      let creation = form.creation.id
      let target = try HDF5Handle(H5Pget_virtual_vspace(creation, number), name)
      let source = try HDF5Handle(H5Pget_virtual_srcspace(creation, number), name)
      let file = text { H5Pget_virtual_filename(creation, number, $0, $1) }
      let dataset = text { H5Pget_virtual_dsetname(creation, number, $0, $1) }
      let selection = try HDF5Selection.of(target, shape: form.array.shape, name: name)
      func piece(_ target: HDF5Selection, _ number: Int) -> Piece {
        Piece(
          target: target, file: HDF5Virtual.numbered(file, number),
          dataset: HDF5Virtual.numbered(dataset, number), source: source)
      }

      let isNumbered = HDF5Virtual.isNumbered(file) || HDF5Virtual.isNumbered(dataset)
      guard let unlimited = selection.unlimited, isNumbered else {
        return try body(piece(selection, 0))
      }
      let blocks = selection.blocks
      for block in 0..<blocks.count {
        let first = blocks.start + block * blocks.stride
        if first >= form.array.shape[unlimited] { return }
        var box = selection.boxes[0]
        box[unlimited] = HDF5Pattern(first..<first + blocks.length)
        try body(piece(HDF5Selection(boxes: [box]), block))
      }
    }

    /// Whether a name has the place of a number, `%b`; `%%` is a percent sign.
    private static func isNumbered(_ name: String) -> Bool {
      name.replacing("%%", with: "").contains("%b")
    }

    private static func numbered(_ name: String, _ number: Int) -> String {
      name.split(separator: "%%", omittingEmptySubsequences: false)
        .map { $0.replacing("%b", with: "\(number)") }.joined(separator: "%")
    }

    // MARK: What is there

    /// Checks that the source of a piece has what it should give.
    ///
    /// - Returns: what reading it takes, and the elements that come from it.
    private func require(
      _ piece: Piece, chain: [HDF5Identity]
    ) throws -> (unpacking: HDF5Unpacking, boxes: [[HDF5Pattern]]) {
      let name = (piece.file == "." ? storage.dataset.fileName : piece.file) + ":" + piece.dataset
      let file = try open(piece.file, name)
      let dataset = try HDF5Listing.dataset(piece.dataset, in: file, name: name)
      let form = try HDF5Form(dataset, name: name)
      try requireSameNumbers(form, name)
      let selection = try HDF5Selection.of(piece.source, shape: form.array.shape, name: name)
      try requireAll(of: piece, form, name)
      for box in selection.boxes where selection.unlimited == nil {
        for (dimension, pattern) in box.enumerated()
        where pattern.end > form.array.shape[dimension] {
          let problem = HDF5Problem.shortSource(
            dimension: dimension, length: form.array.shape[dimension], needed: pattern.end)
          throw RowSourceError(.hdf5(problem), path: name)
        }
      }
      let unpacking = try HDF5Storage(dataset: dataset, form: form, name: name, chain: chain)
        .require(selection.unlimited == nil ? piece.source : nil)
      return (unpacking, boxes(of: piece.target, from: selection, shape: form.array.shape))
    }

    /// Checks that a source, where all of it is asked for, has as much as it shall give.
    private func requireAll(of piece: Piece, _ form: HDF5Form, _ name: String) throws {
      guard piece.target.unlimited == nil, shardem_hdf5_selects_all(piece.source.id) != 0 else {
        return
      }
      let rowElements = StoredArray(descriptor: "", shape: Array(form.array.shape.dropFirst()))
        .byteCount(elementBytes: 1)
      let needed = piece.target.elementCount / max(rowElements ?? 1, 1)
      if form.rowCount < needed {
        throw RowSourceError(
          .hdf5(.shortSource(dimension: 0, length: form.rowCount, needed: needed)), path: name)
      }
    }

    /// The elements of the virtual dataset that a piece gives: of those without end, as many as the
    /// source has.
    private func boxes(
      of target: HDF5Selection, from source: HDF5Selection, shape: [Int]
    ) -> [[HDF5Pattern]] {
      var limit = Int.max
      if let unlimited = source.unlimited {
        limit = source.boxes[0][unlimited].indexCount(below: shape[unlimited])
      }
      return target.boxes.flatMap { box in
        box.enumerated().reduce([[]]) { boxes, next in
          let (dimension, pattern) = next
          let most = dimension == target.unlimited ? limit : Int.max
          let parts = pattern.prefix(most, below: form.array.shape[dimension])
          return boxes.flatMap { box in parts.map { box + [$0] } }
        }
      }
    }

    /// Opens the first file of that name where the library looks for it.
    private func open(_ file: String, _ name: String) throws -> HDF5Handle {
      if file == "." { return try HDF5Handle(H5Iget_file_id(storage.dataset.id), name) }
      var failure: any Error = FileError(.noSuchFile, path: name)
      for path in HDF5Paths.ofSource(file, of: storage.dataset) {
        do {
          return try HDF5Handle(shardem_hdf5_open_file(path), name)
        } catch let error as RowSourceError {
          if (try? InputFile(path: path)) != nil { failure = error }
        }
      }
      throw failure
    }

    /// Checks that the virtual dataset's type holds the numbers of a source, and that these mean there
    /// what they mean here.
    private func requireSameNumbers(_ source: HDF5Form, _ name: String) throws {
      let (own, other) = (try form.elements(name: self.name), try source.elements(name: name))
      guard own.kind.holds(other.kind) else {
        throw RowSourceError(
          .hdf5(.otherSource(found: source.array.descriptor, other: form.array.descriptor)),
          path: name)
      }
      guard source.attributes == form.attributes || source.attributes.areNone else {
        let found = "\(source.array.descriptor) with attributes of their own"
        throw RowSourceError(
          .hdf5(.otherSource(found: found, other: "numbers without or with others")), path: name)
      }
    }
  }

  extension BinaryElements.Kind {
    /// Whether the library changes no number of type `other`, but for the rounding of floats, when it
    /// makes this type of it.
    fileprivate func holds(_ other: BinaryElements.Kind) -> Bool {
      if self == other { return true }
      let (own, others) = (rawValue.first, other.rawValue.first)
      if own == "f" { return others != "b" && byteCount >= min(other.byteCount, 4) }
      if own == others { return byteCount >= other.byteCount }
      return own == "i" && others == "u" && byteCount > other.byteCount
    }
  }
#endif
