private import CZlib

/// `bytes` as a member of a gzip file.
///
/// Source: RFC 1952; the body is what zlib's own format (RFC 1950) has between its 2 bytes of header
/// and 4 of checksum.
public func gzip(_ bytes: [UInt8]) -> [UInt8] {
  var capacity = compressBound(UInt(bytes.count))
  var packed = [UInt8](repeating: 0, count: Int(capacity))
  let code = compress(&packed, &capacity, bytes, UInt(bytes.count))
  precondition(code == Z_OK, "zlib: error \(code)")
  let checksum = UInt32(crc32(0, bytes, UInt32(bytes.count)))
  let trailer = [checksum, UInt32(bytes.count)].flatMap { number in
    (0..<4).map { UInt8(number >> (8 * $0) & 0xff) }
  }
  // Magic, deflate, no flags, no time, no hints, unknown system.
  return [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff] + packed[2..<Int(capacity) - 4] + trailer
}

public func gzip(_ text: String) -> [UInt8] { gzip(Array(text.utf8)) }
