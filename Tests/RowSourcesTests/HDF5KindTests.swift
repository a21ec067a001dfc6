import _TestSupport

#if HDF5
  import Foundation
  import RowSources
  import Testing

  /// What HDF5 and NetCDF can do to numbers, in the files of Tests/Data/hdf5: row r, column c of a table
  /// of 40 rows and 3 columns is 3 r + c + 1 where it is anything.
  struct HDF5KindTests {
    static let table = (1...120).map(Double.init)

    static func path(_ name: String) -> String {
      let package = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent()
      return package.appending(path: "Data/hdf5/").path(percentEncoded: false) + name
    }

    static func read(
      _ name: String, _ rows: Range<Int> = 0..<40, _ options: ReadOptions = ReadOptions()
    ) throws -> [Double] {
      guard let file = try DataFiles.file(path(name), options) as? any NumberFile else { return [] }
      let held = try file.source(of: rows, inMemory: true).read(rows)
      #expect(try file.source(of: rows, inMemory: false).read(rows) == held)
      return held
    }

    /// The message about a file, without its folder.
    static func message(_ name: String, _ options: ReadOptions = ReadOptions()) -> String? {
      do {
        _ = try read(name, 0..<40, options)
        return nil
      } catch {
        let text = "\(error)".replacing(path(""), with: "")
        #expect(!text.contains("\n"))
        return text
      }
    }

    @Test(
      "a virtual dataset of parts that are there is read",
      arguments: ["whole", "nested", "columns", "interleaved", "beside_hole"])
    func virtual(name: String) throws {
      let first = Self.table[72..<120] + Self.table[48..<120]
      let expected = name == "beside_hole" ? Array(first) : Self.table
      #expect(try Self.read("virtual.h5:/\(name)") == expected)
      #expect(try Self.read("virtual.h5:/\(name)", 19..<21) == Array(expected[57..<63]))
    }

    @Test("a virtual dataset without end has the rows of its source")
    func growing() throws {
      #expect(try Self.read("virtual.h5:/growing", 38..<40) == [115, 115, 118, 118])
    }

    @Test(
      "rows of a virtual dataset that are nowhere are refused",
      arguments: [
        (
          "missing_file",
          "a virtual dataset; the source of rows 21 to 40 is moved.h5:x: no such file"
        ),
        (
          "missing_dataset",
          "a virtual dataset; the source of rows 21 to 40 is part1.h5:y: no such dataset in it"
        ),
        ("gap", "a virtual dataset without a source for rows 21 to 40, in"),
        ("filled_gap", "a virtual dataset without a source for rows 1 to 20, in"),
        ("gap_in_columns", "a virtual dataset without a source for rows 1 to 40"),
        ("gap_in_rows", "a virtual dataset without a source for row 3, in"),
        (
          "nested_gap",
          "a virtual dataset; the source of rows 1 to 40 is virtual.h5:gap: a virtual dataset "
            + "without a source for rows 21 to 40"
        ),
        (
          "short",
          "a virtual dataset; the source of rows 1 to 40 is part0.h5:x: 20 rows, of which the virtual "
            + "dataset takes 40"
        ),
        (
          "hole",
          "a virtual dataset; the source of rows 1 to 40 is holes.h5:packed: rows 9 to 24 were never written"
        ),
        (
          "integers",
          "a virtual dataset; the source of rows 1 to 40 is virtual.h5:whole: numbers of <f8, of which the "
            + "virtual dataset makes <i4"
        ),
        (
          "circle",
          "a virtual dataset; the source of rows 1 to 40 is virtual.h5:circle: a virtual dataset"
        ),
        (
          "packed",
          "a virtual dataset; the source of rows 1 to 40 is variables.h5:packed: numbers of <i2 with "
            + "attributes of their own"
        ),
        ("growing_apart", "a virtual dataset without a source for rows 31 to 40"),
        (
          "numbered",
          "a virtual dataset; the source of rows 21 to 30 is numbered2.h5:x: no such file"
        ),
      ])
    func nowhere(name: String, message: String) {
      let found = Self.message("virtual.h5:/\(name)")
      #expect(found?.hasPrefix("virtual.h5:/\(name): \(message)") == true, "\(found ?? "none")")
    }

    @Test(
      "rows that were never written are refused, whatever stands for them",
      arguments: [
        ("plain", "rows 9 to 24"), ("packed", "rows 9 to 24"), ("filled", "rows 9 to 24"),
        ("edge", "rows 1 to 16"), ("contiguous", "rows 1 to 40"), ("none", "rows 1 to 40"),
      ])
    func holes(name: String, rows: String) {
      #expect(
        Self.message("holes.h5:/\(name)")
          == "holes.h5:/\(name): \(rows) were never written; write or leave out")
    }

    @Test("a file of bytes that is not there is named")
    func externalFile() {
      #expect(
        Self.message("external.h5:/gone")
          == "external.h5:/gone: the numbers of rows 1 to 40 are in the file gone.raw, which is not "
          + "there; go to its folder, or set HDF5_EXTFILE_PREFIX")
    }

    @Test("links are followed, also to other files", arguments: ["external", "group/x", "soft"])
    func links(name: String) throws {
      let rows = name == "group/x" ? 20 : 40
      #expect(try Self.read("links.h5:/\(name)", 0..<rows) == Array(Self.table.prefix(3 * rows)))
    }

    @Test("several links to one dataset are one dataset, also in another file")
    func aliases() throws {
      #expect(try Self.read("link.h5") == Self.table)
      #expect(
        Self.message("links.h5")?.hasPrefix("links.h5: 2 datasets of numbers in it; ") == true)
    }

    @Test(
      "a link to what is not there is named",
      arguments: [
        ("gone", "/gone leads to moved.h5:/x"), ("gone/y", "/gone leads to moved.h5:/x"),
        ("broken", "/broken leads to /nothing"), ("circle", "/circle leads to /circle"),
      ])
    func brokenLinks(name: String, message: String) {
      #expect(
        Self.message("links.h5:/\(name)")
          == "links.h5:/\(name): the link \(message), which is not there")
    }

    @Test("a dataset that is there twice is refused, by whatever links")
    func twice() {
      func message(_ names: String...) -> String? {
        do {
          _ = try DataFiles.open(names.map(Self.path))
          return nil
        } catch {
          return "\(error)".replacing(Self.path(""), with: "")
        }
      }
      let end = "; its rows would count twice"
      #expect(
        message("link.h5:/again", "link.h5:/soft/table") == "link.h5:/soft/table: the same file "
          + "as link.h5:/again" + end)
      #expect(
        message("part0.h5", "links.h5:/group/x") == "links.h5:/group/x: the same file as part0.h5"
          + end)
      #expect(
        message("part0.h5:/x", "part0.h5:x") == "part0.h5:x: the same file as part0.h5:/x" + end)
      #expect(message("part0.h5", "part0.h5") == "part0.h5: given twice" + end)
      #expect(message("part0.h5", "part1.h5") == nil)
      #expect(message("virtual.h5:/whole", "virtual.h5:/nested") == nil)
    }

    @Test("a dataset without rows is left out among others")
    func rowless() throws {
      let opened = try DataFiles.open(["part0.h5", "rowless.h5"].map(Self.path))
      #expect(opened.files.map(\.name) == [Self.path("part0.h5")])
      #expect(opened.notices == [.empty([Self.path("rowless.h5")])])
    }

    @Test("boolean values are 0 and 1")
    func bool() throws {
      #expect(try Self.read("bool.h5") == (1...120).map { $0 % 2 == 0 ? 1 : 0 })
    }

    @Test(
      "what cannot be read is told, and why",
      arguments: [
        (
          "others.h5",
          "no dataset of numbers in rows and columns in it; there is /cube (2 x 3 x 4 of <f8: 3 "
            + "dimensions, expected rows x columns or one column), /one (one value of <f8: 0 "
            + "dimensions, expected rows x columns or one column), /records (5 of records of alpha, "
            + "beta: no numbers), /text (2 of text: no numbers)"
        ),
        (
          "axis.h5",
          "no dataset of numbers in rows and columns in it; there is /data (4 x 2 x 3 of <f8: 3 "
            + "dimensions, expected rows x columns or one column), /axis (2 of <f8: an axis of others)"
        ),
        ("rowless.h5", "no rows of data"),
        (
          "lzf.h5", "packed by filter 32000 (lzf), which the HDF5 library here lacks; repack it by "
        ),
        ("newer.h5", "in a newer format than HDF5 "),
        ("newer.h5:/x", "in a newer format than HDF5 "),
      ])
    func kinds(name: String, message: String) {
      let found = Self.message(name)
      // Where the library has the filter, or reads the format, there is nothing to refuse.
      if ["lzf", "newer"].contains(where: name.hasPrefix), found == nil { return }
      #expect(found?.hasPrefix("\(name): \(message)") == true, "\(found ?? "none")")
    }

    @Test("a file that a program has locked is refused, with what to do")
    func locked() throws {
      let folder = try TemporaryFolder()
      let bytes = try Data(contentsOf: URL(filePath: Self.path("bool.h5")))
      let path = try folder.file("a.h5", Array(bytes))
      let file = open(path, O_RDWR)
      defer { close(file) }
      #expect(flock(file, LOCK_EX) == 0)
      let message = folder.message { _ = try DataFiles.file(path) }
      #expect(message?.hasPrefix("a.h5: a program that writes it has it open (") == true)
      #expect(message?.contains("set HDF5_USE_FILE_LOCKING=FALSE") == true)
    }

    @Test("the memory that unpacking a chunk takes is known")
    func chunks() throws {
      guard let file = try DataFiles.file(Self.path("chunk.h5")) as? any NumberFile else { return }
      // The chunk of 120,000 rows of 3 numbers of 4 bytes in the cache, and twice in the filters.
      #expect(file.unpackingBytes == 3 * 120_000 * 3 * 4)
      guard let plain = try DataFiles.file(Self.path("bool.h5")) as? any NumberFile else { return }
      #expect(plain.unpackingBytes == 0)
    }
  }
#endif
