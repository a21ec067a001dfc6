#if HDF5
  import RowSources
  import Testing

  /// What the attributes of NetCDF's variables say of their numbers.
  struct HDF5AttributeTests {
    private let table = HDF5KindTests.table

    private func read(_ name: String, _ rows: Range<Int> = 0..<40) throws -> [Double] {
      try HDF5KindTests.read("variables.h5:/\(name)", rows)
    }

    @Test("packed numbers are times scale_factor plus add_offset, each of which may be absent")
    func packed() throws {
      #expect(try read("packed") == table.map { $0 * 0.01 + 3 })
      #expect(try read("scaled") == table.map { $0 * 0.5 })
      #expect(try read("moved") == table.map { $0 - 1 })
      let one = ReadOptions(columns: ["2"])
      #expect(try HDF5KindTests.read("variables.h5:/packed", 6..<7, one) == [20 * 0.01 + 3])
    }

    @Test("the first look tells of scale and offset, which ranks compare")
    func summary() throws {
      let file = try DataFiles.file(HDF5KindTests.path("variables.h5:/packed"))
      #expect(file.summary == "40 x 3 of <i2 (scale_factor 0.01, add_offset 3.0)")
    }

    @Test(
      "values that stand for missing cells are refused by row and column",
      arguments: [
        ("filled", 2, "found -999.0, which by its _FillValue is a missing value"),
        ("missing", 2, "found -2.200000047683716, which by its missing_value is a missing value"),
        ("most", 2, "found 121.0, which by its valid_max (-inf to 120.0, as stored) is a missing"),
        ("unsigned_fill", 2, "found 255.0, which by its _FillValue is a missing value"),
      ])
    func missing(name: String, column: Int, message: String) {
      let found = HDF5KindTests.message("variables.h5:/\(name)")
      let place = "variables.h5:/\(name): row 7, column \(column): "
      #expect(found?.hasPrefix(place + message) == true, "\(found ?? "none")")
      let advice = "; leave such rows out, fill in their values, or give MissingCells.allowed"
      #expect(found?.hasSuffix(advice) == true)
      // Of other columns nothing is missing.
      let rest = ReadOptions(columns: ["1", "3"])
      #expect(HDF5KindTests.message("variables.h5:/\(name)", rest) == nil)
    }

    @Test("limits hold for the numbers as they are stored")
    func limits() {
      let ranged = HDF5KindTests.message("variables.h5:/ranged")
      #expect(
        ranged?.hasPrefix(
          "variables.h5:/ranged: row 34, column 2: found 101.0, which by its valid_range (1.0 to "
            + "100.0, as stored)") == true)
      let least = HDF5KindTests.message("variables.h5:/least")
      #expect(least?.hasPrefix("variables.h5:/least: row 1, column 1: found 1.0, which by") == true)
    }

    @Test("what NetCDF writes where nothing was written is missing, but in bytes")
    func defaultFill() throws {
      let found = HDF5KindTests.message("variables.h5:/default_fill")
      let place =
        "variables.h5:/default_fill: row 11, column 1: found 9.969209968386869e+36, which "
      #expect(found?.hasPrefix(place + "by its fill value of NetCDF is a missing") == true)
      #expect(try read("default_byte", 6..<7) == [19, -127, 21])
    }

    @Test("_Unsigned makes unsigned numbers of signed ones")
    func unsigned() throws { #expect(try read("unsigned", 6..<7) == [19, 200, 21]) }

    @Test("of a file of one variable, neither its dimensions nor its axes are data")
    func onlyVariable() throws { #expect(try HDF5KindTests.read("variable.h5") == table) }

    @Test(
      "attributes that are not what conventions say are refused",
      arguments: [
        ("text", "scale_factor is no number, expected one of the type of the variable"),
        ("two", "add_offset is 2 numbers, expected one"),
        ("range", "valid_range is 1 numbers, expected two"),
        ("infinite", "scale_factor is inf, expected a finite number"),
      ])
    func faulty(name: String, message: String) {
      #expect(
        HDF5KindTests.message("attributes.h5:/\(name)")
          == "attributes.h5:/\(name): its attribute \(message)")
    }

    @Test("without such attributes numbers are what they are, also those equal to the fill value")
    func plain() throws { #expect(try HDF5KindTests.read("attributes.h5:/harmless") == table) }
  }
#endif
