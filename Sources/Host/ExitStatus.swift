/// An error that says with which status a program that ends by it exits; 1 is that of all others.
public protocol StatusError: Error {
  var exitStatus: Int32 { get }
}

/// Marks errors whose cause is what the user gave: the command line or the data.
///
/// The program then ends with status 2, whichever rank met the error.
public protocol InputError: StatusError {}

extension InputError {
  public var exitStatus: Int32 { 2 }
}

/// Marks the end of a job that was told to stop and can be started again to go on.
///
/// The program then ends with status 75, which batch systems and mailers know as a failure for the
/// time being (EX_TEMPFAIL of sysexits.h).
public protocol Interruption: StatusError {}

extension Interruption {
  public var exitStatus: Int32 { 75 }
}

/// The status with which a program that ends by `error` exits.
public func exitStatus(of error: any Error) -> Int32 {
  (error as? any StatusError)?.exitStatus ?? 1
}
