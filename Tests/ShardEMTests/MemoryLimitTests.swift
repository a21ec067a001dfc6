import ShardEM
import Testing

@Suite struct MemoryLimitTests {
  @Test(
    "sizes and parts are understood",
    arguments: [
      ("4096", MemoryLimit.bytes(4096)), ("1b", .bytes(1)), ("512MiB", .bytes(512 << 20)),
      ("512 MiB", .bytes(512 << 20)), ("1.5kib", .bytes(1536)), ("2GB", .bytes(2_000_000_000)),
      ("3KB", .bytes(3000)), ("1TiB", .bytes(1 << 40)), ("25%", .share(0.25)), ("100%", .share(1)),
    ])
  func understood(text: String, limit: MemoryLimit) {
    #expect(MemoryLimit(text) == limit)
  }

  @Test(
    "anything else is not",
    arguments: [
      "", "0", "-1", "+1", "MiB", "1.2.3", "1e3", "inf", "nan", "0x10", "5M", "1 0", "0%", "101%",
      "-5%", "%", "1e30GiB", "99999999999GiB", "0.5", "٣", "1 %%", ".",
    ])
  func refused(text: String) { #expect(MemoryLimit(text) == nil) }
}
