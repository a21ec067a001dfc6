import MessagePassing
import MixtureModels
import RowSources

// Errors whose cause is what the user gave, in modules that know nothing of ranks.

extension RowSourceError: InputError {}
extension FitError: InputError {}
extension ModelFileError: InputError {}
extension ModelMismatch: InputError {}
