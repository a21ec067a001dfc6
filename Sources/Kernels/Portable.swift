/// Functions with the same bits on every processor, unlike those of a C library, whose names they
/// share: code that means these says so, and code that forgets to import them does not compile.
public enum Portable {}
