/// One thread's scratch memory, kept from block to block so that no block allocates.
public final class Workspace {
  private var storage: UnsafeMutableRawBufferPointer

  /// Another one, for what is computed while the memory of this one is in use.
  public private(set) lazy var second = Workspace()

  public init() { storage = .allocate(byteCount: 0, alignment: 64) }
  deinit { storage.deallocate() }

  /// Room for `count` numbers, 64-byte aligned; contents undefined. The next call may reuse it.
  public func reserve(_ count: Int) -> UnsafeMutablePointer<Double> {
    if storage.count < count * 8 {
      storage.deallocate()
      storage = .allocate(byteCount: count * 8, alignment: 64)
    }
    return storage.baseAddress!.assumingMemoryBound(to: Double.self)
  }
}
