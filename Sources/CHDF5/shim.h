#pragma once
// The part of HDF5 that ShardEM uses, reading datasets, in a form that Swift can import.
//
// Swift imports neither macros with casts (H5P_DEFAULT, H5E_DEFAULT), nor those that stand for a
// version of a function or type (H5Dopen, H5Lvisit, H5L_info_t), nor those that open the library
// first (H5P_DATASET_ACCESS, H5F_ACC_RDONLY): each call that needs one is a static inline function.

#include <hdf5.h>
#include <string.h>

/// H5E_DEFAULT is a macro with a cast. Errors are not printed, on the calling thread; the last ones
/// stay on its stack.
static inline void shardem_hdf5_silence(void) { H5Eset_auto2(H5E_DEFAULT, NULL, NULL); }

/// Keeps the first message of a walk.
static inline herr_t shardem_hdf5_keep_first(unsigned n, const H5E_error2_t *error, void *text) {
  if (n == 0 && error->desc) strncpy((char *)text, error->desc, 255);
  return 0;
}

/// What went wrong at the bottom of the last call that failed.
///
/// `text` has 256 bytes, all 0.
static inline void shardem_hdf5_last_error(char *text) {
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, shardem_hdf5_keep_first, text);
}

/// H5F_ACC_RDONLY and H5P_DEFAULT are macros with casts.
static inline hid_t shardem_hdf5_open_file(const char *path) {
  return H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
}

/// H5Oopen, which takes H5P_DEFAULT, a macro with a cast.
static inline hid_t shardem_hdf5_open_object(hid_t file, const char *name) {
  return H5Oopen(file, name, H5P_DEFAULT);
}

/// Opens a dataset with a cache for its chunks of so many slots and bytes. H5P_DATASET_ACCESS is a
/// macro with a call.
static inline hid_t shardem_hdf5_open_dataset(
    hid_t file, const char *name, size_t slots, size_t bytes) {
  hid_t access = H5Pcreate(H5P_DATASET_ACCESS);
  if (access < 0) return access;
  hid_t dataset = H5I_INVALID_HID;
  if (H5Pset_chunk_cache(access, slots, bytes, H5D_CHUNK_CACHE_W0_DEFAULT) >= 0) {
    dataset = H5Dopen2(file, name, access);
  }
  H5Pclose(access);
  return dataset;
}

/// H5P_DEFAULT is a macro with a cast.
static inline herr_t shardem_hdf5_read(
    hid_t dataset, hid_t type, hid_t memory, hid_t rows, void *output) {
  return H5Dread(dataset, type, memory, rows, H5P_DEFAULT, output);
}

/// Selects `count` from `start` on along each dimension. H5S_SELECT_SET is an enumerator of
/// different names in Swift.
static inline herr_t shardem_hdf5_select(
    hid_t space, const hsize_t *start, const hsize_t *count) {
  return H5Sselect_hyperslab(space, H5S_SELECT_SET, start, NULL, count, NULL);
}

/// A function of Swift's that gets the names of links.
typedef struct {
  herr_t (*visit)(const char *name, void *context);
  void *context;
} shardem_hdf5_visitor;

/// H5L_info_t is a macro in newer versions.
static inline herr_t shardem_hdf5_visit_link(
    hid_t group, const char *name, const H5L_info_t *info, void *visitor) {
  const shardem_hdf5_visitor *own = (const shardem_hdf5_visitor *)visitor;
  (void)group;
  (void)info;
  return own->visit(name, own->context);
}

/// Calls `visit` with the path of every object until it returns another value than 0. H5Lvisit is a
/// macro in newer versions.
///
/// In whatever order they are stored: in the order of names, the library (1.10.8) first makes a table
/// of a large group's links, and of a damaged one frees entries that it has not filled.
static inline herr_t shardem_hdf5_visit(hid_t file, shardem_hdf5_visitor visitor) {
  return H5Lvisit(file, H5_INDEX_NAME, H5_ITER_NATIVE, shardem_hdf5_visit_link, &visitor);
}

/// What an element of a dataset is.
typedef struct {
  /// 'i', 'u' or 'f' for signed and unsigned integers and for the floating-point numbers of IEEE
  /// 754; 0 for anything else.
  char kind;
  int is_big_endian;
  size_t size;
} shardem_hdf5_element;

/// Whether a type of `size` bytes has the bits of IEEE 754's binary16, binary32 or binary64.
static inline int shardem_hdf5_is_ieee(hid_t type, size_t size) {
  size_t sign, exponent, exponent_bits, mantissa, mantissa_bits;
  size_t bits = size == 2 ? 5 : size == 4 ? 8 : 11;
  return (size == 2 || size == 4 || size == 8) &&
         H5Tget_fields(type, &sign, &exponent, &exponent_bits, &mantissa, &mantissa_bits) >= 0 &&
         sign == 8 * size - 1 && exponent == sign - bits && exponent_bits == bits &&
         mantissa == 0 && mantissa_bits == exponent &&
         H5Tget_ebias(type) == ((size_t)1 << (bits - 1)) - 1 &&
         H5Tget_norm(type) == H5T_NORM_IMPLIED;
}

/// Enumerations of HDF5 have different names in Swift.
static inline shardem_hdf5_element shardem_hdf5_describe(hid_t type) {
  shardem_hdf5_element element = {0, 0, H5Tget_size(type)};
  H5T_class_t class = H5Tget_class(type);
  if (class != H5T_INTEGER && class != H5T_FLOAT) return element;
  H5T_order_t order = H5Tget_order(type);
  element.is_big_endian = order == H5T_ORDER_BE;
  if ((order != H5T_ORDER_LE && order != H5T_ORDER_BE && element.size > 1) ||
      H5Tget_offset(type) != 0 ||
      H5Tget_precision(type) != 8 * element.size) {
    return element;
  }
  if (class == H5T_INTEGER) {
    element.kind = H5Tget_sign(type) == H5T_SGN_NONE ? 'u' : 'i';
  } else if (shardem_hdf5_is_ieee(type, element.size)) {
    element.kind = 'f';
  }
  return element;
}

/// What to call a type that is no real number.
static inline const char *shardem_hdf5_class_name(hid_t type) {
  switch (H5Tget_class(type)) {
  case H5T_INTEGER: return "unusual integers";
  case H5T_FLOAT: return "unusual floating-point numbers";
  case H5T_STRING: return "text";
  case H5T_BITFIELD: return "bit fields";
  case H5T_COMPOUND: return "records";
  case H5T_REFERENCE: return "references";
  case H5T_ENUM: return "enumerators";
  case H5T_ARRAY: return "arrays";
  case H5T_VLEN: return "sequences";
  default: return "another kind";
  }
}

/// The lengths of a chunk along the dimensions of a dataset; 0 if it is not stored in chunks.
static inline int shardem_hdf5_chunk(hid_t dataset, int dimensions, hsize_t *lengths) {
  hid_t creation = H5Dget_create_plist(dataset);
  if (creation < 0) return 0;
  int found = H5Pget_layout(creation) == H5D_CHUNKED &&
              H5Pget_chunk(creation, dimensions, lengths) == dimensions;
  H5Pclose(creation);
  return found;
}

/// The bytes that a file holds of a dataset, packed or not, and whether they are packed; -1 if they
/// are not in this file: external files, virtual datasets.
static inline int64_t shardem_hdf5_stored_bytes(hid_t dataset, int *is_packed) {
  hid_t creation = H5Dget_create_plist(dataset);
  if (creation < 0) return 0;
  int is_elsewhere =
      H5Pget_layout(creation) == H5D_VIRTUAL || H5Pget_external_count(creation) > 0;
  *is_packed = H5Pget_nfilters(creation) > 0;
  H5Pclose(creation);
  return is_elsewhere ? -1 : (int64_t)H5Dget_storage_size(dataset);
}

/// H5I_DATASET is an enumerator of different names in Swift.
static inline int shardem_hdf5_is_dataset(hid_t object) {
  return H5Iget_type(object) == H5I_DATASET;
}
