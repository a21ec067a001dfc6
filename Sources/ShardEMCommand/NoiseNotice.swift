import ShardEM

extension ModelOptions {
  /// What noise of the data's own volume means where cells are missing: another volume than of complete data,
  /// whose box may lie along the principal axes. Nil where there is no such noise, or no other box.
  ///
  /// - Parameter data: to be fitted.
  func noiseNotice(for data: DataSet) -> String? {
    guard settings.values["noise"] == "auto", data.observed != nil, data.columnCount > 1 else {
      return nil
    }
    return
      "cells are missing: noise fills the box along the columns, whether or not the box along the "
      + "principal axes is smaller, which complete data would give it"
  }
}
