#if HDF5
  internal import CHDF5

  extension HDF5Storage {
    /// How many chunks to look for one by one: enough for any real file, and an end for a damaged one.
    private static let searchLimit = 10_000_000

    /// Checks that the chunks are there that have something of what is selected.
    ///
    /// - Returns: whether all chunks are.
    func requireChunks(_ selection: HDF5Handle?) throws -> Bool {
      let space = try HDF5Handle(H5Dget_space(dataset.id), name)
      var stored: hsize_t = 0
      try HDF5Library.check(H5Dget_num_chunks(dataset.id, space.id, &stored), name)
      let counts = form.chunkCounts
      let expected = StoredArray(descriptor: "", shape: counts).byteCount(elementBytes: 1)
      if let expected, Int(clamping: stored) >= expected { return true }

      var lookups = 0
      var first: Int?
      for number in 0..<counts[0] {
        let isMissing = lacks(rowOfChunks: number, counts, selection, &lookups)
        if isMissing, first == nil { first = number }
        // Where it ends is told if that is not far.
        if let first, isMissing ? number - first > 1000 : true {
          throw notWritten(chunks: first..<number, endsThere: !isMissing)
        }
        if lookups >= HDF5Storage.searchLimit {
          throw notWritten(chunks: (first ?? 0)..<counts[0], endsThere: false)
        }
      }
      if let first { throw notWritten(chunks: first..<counts[0], endsThere: true) }
      return false
    }

    private func notWritten(chunks: Range<Int>, endsThere: Bool) -> RowSourceError {
      let (end, isBeyond) = chunks.upperBound.multipliedReportingOverflow(by: form.chunk[0])
      return notWritten(
        from: chunks.lowerBound * form.chunk[0],
        to: endsThere && !isBeyond ? min(end, form.rowCount) : nil)
    }

    /// Whether the chunks side by side that have the same rows are not all there, of those that have
    /// something of what is selected.
    private func lacks(
      rowOfChunks number: Int, _ counts: [Int], _ selection: HDF5Handle?, _ lookups: inout Int
    ) -> Bool {
      var place = [number] + counts.dropFirst().map { _ in 0 }
      while true {
        lookups += 1
        let start = zip(place, form.chunk).map { hsize_t($0 * $1) }
        var bytes: hsize_t = 0
        let isThere = H5Dget_chunk_storage_size(dataset.id, start, &bytes) >= 0 && bytes > 0
        if !isThere, isSelected(from: start, selection) { return true }
        // The next place, as an odometer counts.
        guard let next = place.indices.dropFirst().last(where: { place[$0] + 1 < counts[$0] })
        else {
          return false
        }
        place[next] += 1
        for later in place.indices where later > next { place[later] = 0 }
        if lookups >= HDF5Storage.searchLimit { return false }
      }
    }

    private func isSelected(from start: [hsize_t], _ selection: HDF5Handle?) -> Bool {
      guard let selection, shardem_hdf5_selects_all(selection.id) == 0 else { return true }
      let end = zip(zip(start, form.chunk), form.array.shape).map { place, length in
        min(place.0 + hsize_t(place.1), hsize_t(length)) - 1
      }
      // Where that cannot be told, it may be.
      return H5Sselect_intersect_block(selection.id, start, end) != 0
    }

    /// Checks that the library can unpack the chunks.
    ///
    /// - Throws: `RowSourceError` that names a filter that is not there, unless the chunks are stored
    ///   without it, as some filters leave what they cannot shorten.
    func requireFilters() throws {
      for place in 0..<max(0, H5Pget_nfilters(form.creation.id)) {
        var filter = shardem_hdf5_filter_of(form.creation.id, UInt32(place))
        guard filter.is_there == 0, try uses(filterAt: place) else { continue }
        let name = withUnsafeBytes(of: &filter.name) { bytes in
          String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        let known = HDF5Storage.filterNames[Int(filter.number)]
        throw RowSourceError(
          .hdf5(.missingFilter(number: Int(filter.number), name: known ?? name)), path: self.name)
      }
    }

    /// Whether one of the first chunks is packed by a filter.
    private func uses(filterAt place: CInt) throws -> Bool {
      let space = try HDF5Handle(H5Dget_space(dataset.id), name)
      var stored: hsize_t = 0
      try HDF5Library.check(H5Dget_num_chunks(dataset.id, space.id, &stored), name)
      var start = form.chunk.map { _ in hsize_t(0) }
      return (0..<min(stored, 100)).contains { number in
        var (skipped, bytes): (UInt32, hsize_t) = (0, 0)
        var address: haddr_t = 0
        let code = H5Dget_chunk_info(
          dataset.id, space.id, number, &start, &skipped, &address, &bytes)
        return code < 0 || skipped & (1 << UInt32(place)) == 0
      }
    }

    /// The names of registered filters by their numbers, for files that have none or a long one.
    private static let filterNames = [
      1: "deflate, gzip", 2: "shuffle", 3: "fletcher32", 4: "szip", 5: "nbit", 6: "scaleoffset",
      305: "lzo", 307: "bzip2", 32000: "lzf", 32001: "blosc", 32003: "snappy", 32004: "lz4",
      32008: "bitshuffle", 32013: "zfp", 32015: "zstd", 32017: "sz", 32018: "fcidecomp",
      32019: "jpeg", 32024: "sz3", 32026: "blosc2",
    ]
  }
#endif
