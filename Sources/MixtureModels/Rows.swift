// What a model reads, for all that import this module.
@_exported import Rows
