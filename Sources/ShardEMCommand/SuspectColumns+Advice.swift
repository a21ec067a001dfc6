import RowSources

extension CSVFile {
  /// A line about columns that look as if they were no measurements, with the option that leaves them
  /// out; nil if there are none.
  ///
  /// - Parameter columns: those of row weights and labels, by names or numbers.
  func adviceOnColumns(besides columns: [String]) -> String? {
    func isBeside(_ column: Int) -> Bool { columns.contains { isColumn(column, $0) } }
    guard let suspects, let first = suspects.columns.first(where: { !isBeside($0) }) else {
      return nil
    }
    let others = (0..<columnCount).filter {
      !suspects.columns.contains($0) && !isBeside($0)
    }
    if others.isEmpty {
      let all = (1...columnCount).map { "\($0)" }.joined(separator: ",")
      return "\(name): no column has a name; \(option(all)) chooses them by number"
    }
    let reason =
      switch suspects {
      case .unnamed where first == 0: "has no name, as an index of rows that pandas and R write"
      case .unnamed: "has no name"
      case .counting(let start): "counts the rows (\(start), \(start + 1), \(start + 2), ...)"
      }
    let title = columnNames?[first] ?? ""
    return "\(name): column \(first + 1)\(title.isEmpty ? "" : " (\(title))") \(reason); "
      + "\(option(words(for: others))) leaves it out"
  }

  /// A column, counted from 0, by what an option calls it.
  private func isColumn(_ column: Int, _ option: String) -> Bool {
    columnNames?[column] == option || "\(column + 1)" == option
  }

  /// Their names, or their numbers if the option cannot take the names.
  private func words(for columns: [Int]) -> String {
    let names = columns.compactMap { columnNames?[$0] }
    let areUsable =
      names.count == columns.count && Set(columnNames ?? []).count == columnCount
      && names.allSatisfy { name in
        Int(name) == nil && !name.contains { "\",'\\$`".contains($0) || $0.isNewline }
          && name.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
      }
    return (areUsable ? names : columns.map { "\($0 + 1)" }).joined(separator: ",")
  }

  /// In quotes if a shell would take the value apart; without the value if it is longer than a line.
  private func option(_ value: String) -> String {
    guard value.count <= 200 else { return "--columns with the others" }
    let isPlain = value.allSatisfy { $0.isLetter || $0.isNumber || ",._-+:".contains($0) }
    return "--columns " + (isPlain ? value : "'\(value)'")
  }
}
