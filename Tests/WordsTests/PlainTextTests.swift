import Testing
import Words

struct PlainTextTests {
  @Test(
    "what a terminal would obey is escaped, all other text stays",
    arguments: [
      ("\u{1B}[31mred", "\\u{1B}[31mred"), ("a\nb\tc\r", "a\\nb\\tc\\r"),
      ("\u{7F}\u{9B}2J", "\\u{7F}\\u{9B}2J"),
      ("\u{202E}cba", "\\u{202E}cba"), ("x\u{2028}y", "x\\u{2028}y"), ("\0", "\\u{0}"),
      ("größe ± 年龄 👩‍🔬 e\u{301}", "größe ± 年龄 👩‍🔬 e\u{301}"), ("", ""),
    ])
  func escapes(text: String, expected: String) {
    #expect(plain(text) == expected)
    #expect(plain(expected) == expected)
  }

  @Test("newlines stay in tables")
  func newlines() {
    #expect(plain("a\n\u{1B}b\n", keepsNewlines: true) == "a\n\\u{1B}b\n")
  }
}
