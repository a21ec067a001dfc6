#if HDF5
  internal import CHDF5

  /// What there is in an HDF5 file. Everything here is called within `HDF5Library.call`.
  struct HDF5Listing {
    private struct Entry {
      let path: String
      let form: HDF5Form
      /// Whether it only gives the places of others along an axis.
      let isScale: Bool
    }

    private let name: String
    private let file: HDF5Handle
    private var datasets: [Entry] = []
    /// What cannot be opened, and why.
    private var failures: [(path: String, error: RowSourceError)] = []
    private var seen: Set<HDF5Identity> = []
    /// What is in other files, which have new identities each time they are opened.
    private var held: [HDF5Handle] = []

    /// The dataset that `name` names, or the only one of numbers in the file.
    ///
    /// Where all but one only say where its rows or columns are along an axis, that one.
    /// - Throws: `RowSourceError` that names the datasets there are, or what is wrong with this one.
    static func path(_ name: HDF5Name, in file: HDF5Handle) throws -> String {
      if let path = name.dataset {
        do {
          _ = try dataset(path, in: file, name: name.path + ":" + path)
          return path
        } catch let error as RowSourceError where error.problem != .hdf5(.noDataset) {
          throw error
        } catch {}
      }
      var listing = HDF5Listing(name: name.path, file: file)
      try listing.add(file, below: "", depth: 0)
      return try listing.choice(asked: name.dataset)
    }

    /// Opens a dataset.
    ///
    /// - Throws: `RowSourceError` about `name` if it is not there, is none, or cannot be read.
    static func dataset(_ path: String, in file: HDF5Handle, name: String) throws -> HDF5Handle {
      do {
        let object = try HDF5Handle(shardem_hdf5_open_object(file.id, path), name)
        if shardem_hdf5_is_dataset(object.id) != 0 { return object }
      } catch {
        let broken = brokenLink(path, in: file)
        if let broken { throw RowSourceError(.hdf5(broken), path: name) }
        // What is there, and cannot be opened.
        if shardem_hdf5_has_link(file.id, path) != 0 { throw error }
      }
      throw RowSourceError(.hdf5(.noDataset), path: name)
    }

    /// The first link on the way to `path` that leads to nothing.
    private static func brokenLink(_ path: String, in file: HDF5Handle) -> HDF5Problem? {
      var link = ""
      for part in path.split(separator: "/") {
        link += "/" + part
        let target = HDF5Library.text(8192) { shardem_hdf5_target(file.id, link, $0, 8192) }
        let object = shardem_hdf5_open_object(file.id, link)
        if object >= 0 {
          H5Idec_ref(object)
        } else {
          return target.isEmpty ? nil : .brokenLink(path: link, target: target)
        }
      }
      return nil
    }

    private init(name: String, file: HDF5Handle) { (self.name, self.file) = (name, file) }

    // MARK: Looking

    /// Adds what is in a group, and in the groups to which links lead that are no hard ones.
    private mutating func add(_ group: HDF5Handle, below path: String, depth: Int) throws {
      guard depth < 16, seen.insert(try group.identity(name)).inserted else { return }
      for link in try HDF5Listing.links(in: group, name).sorted(by: { $0.name < $1.name }) {
        let place = path + "/" + link.name
        do {
          let object = try HDF5Handle(shardem_hdf5_open_object(group.id, link.name), name)
          if !link.isHard { held.append(object) }
          if shardem_hdf5_is_dataset(object.id) != 0 {
            guard seen.insert(try object.identity(name)).inserted else { continue }
            try addDataset(object, place)
          } else if shardem_hdf5_is_group(object.id) != 0, !link.isHard {
            try add(object, below: place, depth: depth + 1)
          }
        } catch let error as RowSourceError {
          let broken = HDF5Listing.brokenLink(place, in: file)
          failures.append((place, broken.map { RowSourceError(.hdf5($0), path: name) } ?? error))
        }
      }
    }

    private static func links(
      in group: HDF5Handle, _ name: String
    ) throws -> [(name: String, isHard: Bool)] {
      final class Links { var all: [(String, Bool)] = [] }
      let links = Links()
      try withExtendedLifetime(links) {
        let visitor = shardem_hdf5_visitor(
          visit: { name, isHard, links in
            let link = (String(cString: name!), isHard != 0)
            Unmanaged<Links>.fromOpaque(links!).takeUnretainedValue().all.append(link)
            return 0
          }, context: Unmanaged.passUnretained(links).toOpaque())
        try HDF5Library.check(shardem_hdf5_visit(group.id, visitor), name)
      }
      return links.all
    }

    private mutating func addDataset(_ dataset: HDF5Handle, _ path: String) throws {
      let size = 128
      let scale = HDF5Library.text(size) { shardem_hdf5_read_text(dataset.id, "NAME", $0, size) }
      // A length that NetCDF stores as a dataset of nothing.
      if scale.hasPrefix("This is a netCDF dimension but not a netCDF variable") { return }
      let kind = HDF5Library.text(size) { shardem_hdf5_read_text(dataset.id, "CLASS", $0, size) }
      datasets.append(
        Entry(
          path: path, form: try HDF5Form(dataset, name: name + ":" + path),
          isScale: kind == "DIMENSION_SCALE"))
    }

    // MARK: Choosing

    private func choice(asked: String?) throws -> String {
      let variables = datasets.filter { !$0.isScale }
      let usable = datasets.filter { HDF5Listing.obstacle(to: $0.form.array) == nil }
      // Beside a variable that cannot be read, an axis would be taken for it.
      let isAxisMeant = variables.isEmpty && failures.isEmpty
      let choices = usable.filter { !$0.isScale || isAxisMeant || asked != nil }
      if asked == nil, let path = onlyPath(choices, variables) { return path }
      // The only one there is says best itself what is wrong with it.
      if asked == nil, variables.isEmpty, failures.count == 1 { throw failures[0].error }
      let others = datasets.compactMap { entry in
        HDF5Listing.obstacle(to: entry.form.array).map { (entry.path, $0) }
      }
      let axes = choices.isEmpty ? usable : []
      let unreadable = failures.map { ($0.path, $0.error.problem.sentence) }
      throw RowSourceError(
        .hdf5(
          .datasets(
            asked: asked, found: choices.map { "\($0.path) (\($0.form.array.summary))" },
            others: (others + axes.map { ($0.path, "\($0.form.array.summary): an axis of others") }
              + unreadable).map { "\($0.0) (\($0.1))" })),
        path: name)
    }

    /// The dataset that is meant where none is named; nil if that is open.
    private func onlyPath(_ choices: [Entry], _ variables: [Entry]) -> String? {
      if choices.count == 1 { return choices[0].path }
      // A file without rows is left out among others: it is to say that of itself.
      guard choices.isEmpty, failures.isEmpty, variables.count == 1,
        HDF5Listing.hasNoRows(variables[0].form.array)
      else { return nil }
      return variables[0].path
    }

    /// Whether a dataset lacks nothing but rows.
    private static func hasNoRows(_ array: StoredArray) -> Bool {
      (1...2).contains(array.shape.count) && array.shape[0] == 0
        && !array.shape.dropFirst().contains(0)
        && BinaryElements(descriptor: array.descriptor) != nil
    }

    /// Why a dataset is none of rows of numbers, and what it is.
    private static func obstacle(to array: StoredArray) -> String? {
      let what = array.shape.isEmpty ? "one value of \(array.descriptor)" : array.summary
      if BinaryElements(descriptor: array.descriptor) == nil { return "\(what): no numbers" }
      if array.shape.count != 1 && array.shape.count != 2 {
        return "\(what): \(array.shape.count) dimensions, expected rows x columns or one column"
      }
      return array.shape.contains(0) ? "\(what): empty" : nil
    }
  }
#endif
