import Files
import JSONDocuments
import RowSources
import ShardEM
import Words

/// Components that were joined to clusters, for the screen and as a file.
struct MergedClusters {
  let merging: ClusterMerging

  /// A row for each number of clusters: the entropy, and what was joined.
  var text: String {
    let rows = merging.stages.map { ["\($0.clusters.count)", fixed($0.entropy, 3)] }
    let joined = ["joined components"] + merging.stages.indices.map(joined)
    let numbers = aligned([["clusters", "entropy"]] + rows).split(separator: "\n")
    return zip(numbers, joined).map { line, joined in
      joined.isEmpty ? "\(line)\n" : "\(line)  \(joined)\n"
    }.joined()
  }

  /// `2, 5 with 3`: components from 1, as tables count them.
  private func joined(_ number: Int) -> String {
    guard let places = merging.stages[number].joined else { return "" }
    return places.map { place in
      merging.stages[number - 1].clusters[place].map { "\($0 + 1)" }.joined(separator: ", ")
    }.joined(separator: " with ")
  }

  /// - Throws: `FileError` if it cannot be written.
  func write(to path: String) throws { try WholeFile.write(Array(json.utf8), to: path) }

  private var json: String {
    let stages = merging.stages.map { stage in
      "    "
        + JSONText.object([
          ("clusters", .integer(stage.clusters.count)), ("entropy", .number(stage.entropy)),
          ("components", .list(stage.clusters.map { .list($0.map(JSONText.integer)) })),
        ]).description
    }
    return "{\n  \"merged_by\": \"entropy\",\n  \"stages\": [\n"
      + stages.joined(separator: ",\n") + "\n  ]\n}\n"
  }
}
