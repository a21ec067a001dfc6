#if HDF5
  internal import CHDF5
  import SystemLibrary

  extension HDF5Storage {
    /// Checks that the files have all bytes of a dataset that is kept in files without a header, one
    /// part after the other.
    func requireExternalFiles() throws {
      let expected = form.array.byteCount(elementBytes: try form.elements(name: name).byteCount)
      guard let expected else {
        throw RowSourceError(
          .dataSize(
            bytes: 0, expected: nil, shape: form.array.shape, descriptor: form.array.descriptor),
          path: name)
      }
      var start = 0
      for number in 0..<max(0, H5Pget_external_count(form.creation.id)) where start < expected {
        var (offset, length): (off_t, hsize_t) = (0, 0)
        let file = HDF5Library.text(4096) {
          _ = H5Pget_external(form.creation.id, UInt32(number), 4095, $0, &offset, &length)
        }
        let left = expected - start
        let part = length == shardem_hdf5_unlimited() ? left : min(left, Int(clamping: length))
        try requireBytes(of: file, from: Int(offset), part, firstByte: start, of: expected)
        start += part
      }
      guard start >= expected else {
        throw notWritten(
          from: rows(from: start, to: expected, of: expected).lowerBound, to: form.rowCount)
      }
    }

    /// The rows of which some are from byte `start` on, before byte `end`, of `expected` of all rows.
    private func rows(from start: Int, to end: Int, of expected: Int) -> Range<Int> {
      let rowBytes = max(expected / max(form.rowCount, 1), 1)
      return start / rowBytes..<(end + rowBytes - 1) / rowBytes
    }

    private func requireBytes(
      of file: String, from offset: Int, _ count: Int, firstByte: Int, of expected: Int
    ) throws {
      var status = stat()
      let isThere = stat(path(ofExternal: file), &status) == 0 && status.st_mode & S_IFMT == S_IFREG
      let bytes = isThere ? Int(status.st_size) : 0
      guard bytes - offset < count || !isThere else { return }
      let rows = rows(
        from: firstByte + max(0, bytes - offset), to: firstByte + count, of: expected)
      throw RowSourceError(
        .hdf5(
          .external(
            HDF5RowRange(first: rows.lowerBound + 1, last: rows.upperBound), file: file,
            bytes: isThere ? bytes : nil, expected: offset + count)),
        path: name)
    }

    /// Where the library looks for a file of a dataset's bytes: in the folder that the environment
    /// names, else, as the system does.
    private func path(ofExternal file: String) -> String {
      guard !file.hasPrefix("/"),
        let prefix = getenv("HDF5_EXTFILE_PREFIX").map({ String(cString: $0) }),
        !prefix.isEmpty, prefix != "."
      else { return file }
      return HDF5Paths.withOrigin(prefix, of: dataset) + "/" + file
    }
  }
#endif
