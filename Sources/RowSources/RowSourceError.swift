/// What is wrong with the rows of a data file, and where in it.
///
/// Holds facts; `description` writes the sentence.
public struct RowSourceError: Error, Equatable, Sendable {
  /// The file, as the user named it.
  public let path: String
  /// The row, counted from 1; of a text file, the line that an editor shows.
  public let row: Int?
  /// The column.
  public let column: Column?
  /// What was found there.
  public let problem: Problem

  public init(_ problem: Problem, path: String, row: Int? = nil, column: Column? = nil) {
    self.path = path
    self.row = row
    self.column = column
    self.problem = problem
  }

  /// A column of a file as its user knows it.
  public struct Column: Equatable, Sendable, CustomStringConvertible {
    /// The number in the file, counted from 1.
    public let number: Int
    /// The name in the file's header, if it has one.
    public let name: String?

    public init(number: Int, name: String? = nil) {
      self.number = number
      self.name = name
    }
  }

  public enum Problem: Equatable, Sendable {
    // Finding files and telling their kinds.
    case noMatchingFile
    case noDataFiles
    case unsupportedSuffix
    /// The first bytes are those of a format that is not read.
    case foreign(ForeignFormat)
    case noRows
    /// The data have the file already, under the same name or this one.
    case givenTwice
    case sameFile(as: String)
    case noColumns

    // Binary files.
    case notNPY
    case unsupportedVersion(major: Int, minor: Int)
    case truncatedHeader(bytes: Int, expected: Int)
    case malformedHeader
    case unsupportedElements(descriptor: String)
    case unsupportedDimensions(shape: [Int])
    /// `expected` is nil beyond `Int.max` bytes.
    case dataSize(bytes: Int, expected: Int?, shape: [Int], descriptor: String)

    /// The bytes of a raw file are no whole number of rows.
    case rawSize(bytes: Int, RawFormat)
    case npyAsRaw
    /// What a file is that was to be raw, with an article.
    case kindAsRaw(String)
    case textAsRaw
    case rawFolder

    // HDF5 files.
    case hdf5(HDF5Problem)

    // Choosing columns.
    case noSuchColumn(String, names: [String]?, count: Int)
    case ambiguousColumn(String)
    case repeatedColumn(String)
    case columnCount(Int, otherPath: String, otherCount: Int)
    case columnName(otherPath: String, otherName: String)
    /// Columns of a model are `missing` among those read of `names`, or `others` are chosen by name.
    case otherColumns([String], missing: [String], ColumnOrder, names: [String])

    // Values.
    /// The encoding.
    case notUTF8(String)
    case notText
    /// What the unpacked data are, with an article.
    case packed(String)
    case returnsOnly
    case notGzip
    case truncatedGzip
    case corruptGzip(String)
    case longRow(limit: Int)
    case manyFields(limit: Int)
    case longName
    case longNumber(bytes: Int)
    case longCategory(bytes: Int)
    case notANumber(String)
    case emptyField
    case outOfRange(String)
    case fieldCount(Int, expected: Int)
    case openQuote
    case strayQuote
    case notFinite(Double)
    case beyondFloat32(Double)
    /// A cell that must have a category says this.
    case noCategory(String)
    case unknownCategory(String, known: [String])
    /// A word that a decimal point would make a number, where numbers have a comma.
    case pointNumber(String)
    case manyCategories(limit: Int)
  }
}
