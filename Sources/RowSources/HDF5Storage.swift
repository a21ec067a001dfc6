import Files

#if HDF5
  internal import CHDF5

  /// Checks that everything a dataset says it has is in files, because the library gives fill values,
  /// mostly 0, for what is not. Everything here is called within `HDF5Library.call`.
  struct HDF5Storage {
    let dataset: HDF5Handle
    let form: HDF5Form
    /// For messages.
    let name: String
    /// The virtual datasets that lead here.
    var chain: [HDF5Identity] = []

    /// - Parameter selection: what of the dataset is asked for; nil: everything.
    /// - Returns: what reading it takes.
    /// - Throws: `RowSourceError` that names the first rows that are nowhere, or a filter that the
    ///   library lacks.
    func require(_ selection: HDF5Handle? = nil) throws -> HDF5Unpacking {
      switch form.layout {
      case "v": return try HDF5Virtual(self).requireSources()
      case "e": try requireExternalFiles()
      case "c":
        if try requireChunks(selection) { try requireBytes() }
        try requireFilters()
      default: try requireBytes()
      }
      return try HDF5Unpacking(form, name: name)
    }

    /// Checks that the file holds as many bytes as its header says, before memory is taken for them.
    ///
    /// What is packed may take less by a factor of 2^15: the most that the usual filters reach is about
    /// that, of zstd, which has 128 KiB of the same in 4 bytes; deflate reaches 1032.
    private func requireBytes() throws {
      let fileBytes = try InputFile(path: dataset.fileName).size
      let stored = min(Int(clamping: H5Dget_storage_size(dataset.id)), fileBytes)
      let expected = form.array.byteCount(elementBytes: try form.elements(name: name).byteCount)
      guard stored > 0 || expected == 0 else { throw notWritten(from: 0, to: form.rowCount) }
      guard let expected, expected >> (form.isPacked ? 15 : 0) <= stored else {
        throw RowSourceError(
          .dataSize(
            bytes: stored, expected: expected, shape: form.array.shape,
            descriptor: form.array.descriptor),
          path: name)
      }
    }

    /// - Parameter end: nil: they are all that follow.
    func notWritten(from start: Int, to end: Int?) -> RowSourceError {
      RowSourceError(.hdf5(.notWritten(HDF5RowRange(first: start + 1, last: end))), path: name)
    }
  }
#endif
