import Foundation
import RowSources
import Testing
import _TestSupport

/// What needs no library.
struct HDF5NameTests {
  @Test(
    "a dataset's path stands behind the name of a file",
    arguments: [
      ("a.h5", "a.h5", nil), ("x/a.HDF5", "x/a.HDF5", nil), ("a.h5:/x/y", "a.h5", "/x/y"),
      ("a.h5:x", "a.h5", "x"), ("x:y/a.hdf5:/z.csv", "x:y/a.hdf5", "/z.csv"),
      ("a.h5:/b.h5:c", "a.h5", "/b.h5:c"), ("*.h5:/x", "*.h5", "/x"),
    ])
  func names(text: String, path: String, dataset: String?) {
    let name = HDF5Name(text)
    #expect(name?.path == path && name?.dataset == dataset)
  }

  @Test(
    "other names have no dataset", arguments: ["a.csv", "a.npy:/x", "h5", "a.h5.csv", "a:b.h5x"])
  func otherNames(text: String) { #expect(HDF5Name(text) == nil) }

  @Test("an existing file is never taken for another one's dataset")
  func existing() throws {
    let folder = try TemporaryFolder()
    let path = try folder.file("a.h5:b.h5", "")
    #expect(HDF5Name(path)?.path == path && HDF5Name(path)?.dataset == nil)
  }

  @Test("patterns and folders stand for files; a dataset holds for each")
  func expansion() throws {
    let folder = try TemporaryFolder()
    for name in ["a.h5", "b.hdf5", "c.H5"] { _ = try folder.file(name, "") }
    func expand(_ argument: String) throws -> [String] {
      try DataFiles.expand([folder.path + argument])
        .map { String($0.dropFirst(folder.path.count + 1)) }
    }
    #expect(try expand("/[ab].h5:/x[0]") == ["a.h5:/x[0]"])
    #expect(try expand("/*.h5:/x") == ["a.h5:/x"])
    #expect(try expand("/c.H5:/x") == ["c.H5:/x"])
    #expect(try expand("") == ["a.h5", "b.hdf5", "c.H5"])
  }
}

#if HDF5
  struct HDF5FileTests {
    /// Rows 1 2 3, 4 5 6, and so on.
    private let table = (1...120).map(Double.init)

    private func data(_ name: String) -> String {
      let package = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent()
      return package.appending(path: "Data/\(name)").path(percentEncoded: false)
    }

    /// The rows of a dataset, both as a fit and as one pass reads them.
    private func read(
      _ name: String, _ rows: Range<Int> = 0..<40, _ options: ReadOptions = ReadOptions()
    ) throws -> [Double] {
      guard let file = try DataFiles.file(data(name), options) as? any NumberFile else { return [] }
      let held = try file.source(of: rows, inMemory: true)
      let passed = try file.source(of: rows, inMemory: false)
      #expect(held.rowCount == 40 && passed.rowCount == 40)
      #expect(try passed.read(rows) == held.read(rows))
      return try held.read(rows)
    }

    @Test(
      "every type of number and byte order is read, contiguous and in packed chunks",
      arguments: ["f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"])
    func types(kind: String) throws {
      for order in ["little", "big"] {
        let name = "numbers.h5:/\(order)/\(kind)"
        #expect(try read(name) == table)
        #expect(try read(name, 15..<17) == Array(table[45..<51]))
        #expect(try read(name, 39..<40, ReadOptions(columns: ["3", "1"])) == [120, 118])
      }
    }

    @Test("a dataset of one dimension is one column")
    func vector() throws {
      #expect(try read("numbers.h5:vector") == stride(from: 1.0, to: 121, by: 3).map { $0 })
    }

    @Test("the only dataset of numbers needs no name")
    func onlyDataset() throws {
      #expect(try read("one.h5") == table)
      #expect(try read("one.h5:/group/table", 20..<30) == Array(table[60..<90]))
    }

    @Test("rows are read by several threads at a time")
    func threads() throws {
      guard let file = try DataFiles.file(data("one.h5")) as? any NumberFile else { return }
      let source = try file.source(of: 0..<40, inMemory: false)
      DispatchQueue.concurrentPerform(iterations: 200) { item in
        let row = item % 40
        let values = try? source.read(row..<row + 1)
        #expect(values == Array(table[3 * row..<3 * row + 3]))
      }
    }

    @Test(
      "what holds no numbers, is damaged or not there is refused in one line",
      arguments: [
        ("numbers.h5:/other/cube", "3 dimensions (2, 2, 2), expected rows x columns or one column"),
        ("numbers.h5:/other/scalar", "0 dimensions (), expected rows x columns or one column"),
        ("numbers.h5:/other/empty", "no rows of data"),
        ("numbers.h5:/other/complex", "elements of type records of r, i, expected real numbers: "),
        ("numbers.h5:/other/text", "elements of type text, expected real numbers: "),
        (
          "numbers.h5",
          "24 datasets of numbers in it; append one to the name, as :/path; there are /big/f2 "
            + "(40 x 3 of >f2), /big/f4 (40 x 3 of >f4), "
        ),
        (
          "one.h5:/no",
          "no dataset /no in it; append one to the name, as :/path; there are /group/table "
            + "(40 x 3 of >f4)"
        ),
        ("one.h5:/group", "no dataset /group in it; append one to the name, as :/path; there are"),
        ("no.h5:/x", "no such file"),
        ("damaged.h5", "the HDF5 library cannot read it: data error detected by Fletcher32 che"),
        ("truncated.h5", "the HDF5 library cannot read it: truncated file: eof = "),
      ])
    func messages(name: String, message: String) throws {
      let file = name.prefix { $0 != ":" }
      do {
        _ = try read(name)
        Issue.record("\(name) was read")
      } catch {
        let text = "\(error)".replacing(data(""), with: "")
        #expect(text.hasPrefix("\(name): \(message)") || text.hasPrefix("\(file): \(message)"))
        #expect(!text.contains("\n"))
      }
    }

    /// The message about a copy of a file in which every `old` is `new`.
    private func message(_ name: String, _ old: [UInt8], _ new: [UInt8]) throws -> String? {
      var bytes = Array(try Data(contentsOf: URL(filePath: data(name))))
      let places = bytes.indices.filter { bytes[$0...].starts(with: old) }
      #expect(!places.isEmpty)
      for place in places { bytes.replaceSubrange(place..<place + old.count, with: new) }
      let folder = try TemporaryFolder()
      let path = try folder.file("a.h5", bytes)
      return folder.message { _ = try DataFiles.file(path) }
    }

    @Test("rows that the file does not hold are refused before memory is taken for them")
    func missingRows() throws {
      // 40 rows become 2^40, where the shape stands and where the largest shape does; there are
      // chunks of the first 48.
      let message = try message(
        "one.h5", [40, 0, 0, 0, 0, 0, 0, 0, 3, 0], [0, 0, 0, 0, 0, 1, 0, 0, 3, 0])
      #expect(
        message
          == "a.h5: the rows from 49 on were never written; write or leave out")
    }

    @Test("a damaged index of a large group is refused")
    func damagedGroup() throws {
      // The signature of the leaves of its tree.
      let message = try message("numbers.h5", Array("BTLF".utf8), Array("BTLX".utf8))
      #expect(message?.hasPrefix("a.h5: the HDF5 library cannot read it: ") == true)
    }

    @Test("a file of another kind is refused in the library's words")
    func otherKind() throws {
      let folder = try TemporaryFolder()
      let path = try folder.file("a.h5", "1,2\n")
      #expect(
        folder.message { _ = try DataFiles.file(path) }
          == "a.h5: the HDF5 library cannot read it: file signature not found")
    }
  }
#else
  @Test("without the library, HDF5 files are refused")
  func withoutHDF5() throws {
    let folder = try TemporaryFolder()
    _ = try folder.file("a.h5", [0x89] + Array("HDF\r\n\u{1a}\n".utf8))
    #expect(
      folder.message { _ = try DataFiles.file(folder.path + "/a.h5:/x") }
        == "a.h5: this program was built without HDF5; build it with the trait HDF5, or convert "
        + "the file")
  }
#endif
