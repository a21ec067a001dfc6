#pragma once
// The part of HDF5 that ShardEM uses, reading datasets, in a form that Swift can import.
//
// Swift imports neither macros with casts (H5P_DEFAULT, H5E_DEFAULT), nor those that stand for a
// version of a function or type (H5Dopen, H5Lvisit, H5L_info_t), nor those that open the library
// first (H5P_DATASET_ACCESS, H5F_ACC_RDONLY): each call that needs one is a static inline function.

#include <hdf5.h>
#include <stdio.h>
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
///
/// Of a virtual dataset whose source files are numbered, up to 100 numbers in a row may be missing
/// before the library takes the rest for not there: it would end the data at the first, unsaid.
static inline hid_t shardem_hdf5_open_dataset(
    hid_t file, const char *name, size_t slots, size_t bytes) {
  hid_t access = H5Pcreate(H5P_DATASET_ACCESS);
  if (access < 0) return access;
  hid_t dataset = H5I_INVALID_HID;
  if (H5Pset_chunk_cache(access, slots, bytes, H5D_CHUNK_CACHE_W0_DEFAULT) >= 0 &&
      H5Pset_virtual_printf_gap(access, 100) >= 0) {
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

/// A function of Swift's that gets the names of links, and whether they are hard: links to an object
/// of the same file, which are never broken.
typedef struct {
  herr_t (*visit)(const char *name, int is_hard, void *context);
  void *context;
} shardem_hdf5_visitor;

/// H5L_info_t is a macro in newer versions.
static inline herr_t shardem_hdf5_visit_link(
    hid_t group, const char *name, const H5L_info_t *info, void *visitor) {
  const shardem_hdf5_visitor *own = (const shardem_hdf5_visitor *)visitor;
  (void)group;
  return own->visit(name, info->type == H5L_TYPE_HARD, own->context);
}

/// Calls `visit` with the path of every link below a group until it returns another value than 0;
/// links that are not hard are not followed. H5Lvisit is a macro in newer versions.
///
/// In whatever order they are stored: in the order of names, the library (1.10.8) first makes a table
/// of a large group's links, and of a damaged one frees entries that it has not filled.
static inline herr_t shardem_hdf5_visit(hid_t group, shardem_hdf5_visitor visitor) {
  return H5Lvisit(group, H5_INDEX_NAME, H5_ITER_NATIVE, shardem_hdf5_visit_link, &visitor);
}

/// What an element of a dataset is.
typedef struct {
  /// 'i', 'u' or 'f' for signed and unsigned integers and for the floating-point numbers of IEEE
  /// 754, 'b' for an enumeration of FALSE, 0, and TRUE, 1, in a byte; 0 for anything else.
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

/// Whether a type is how h5py writes boolean values.
static inline int shardem_hdf5_is_bool(hid_t type) {
  signed char no = 0, yes = 1;
  char name[8];
  return H5Tget_class(type) == H5T_ENUM && H5Tget_size(type) == 1 && H5Tget_nmembers(type) == 2 &&
         H5Tenum_nameof(type, &no, name, sizeof name) >= 0 && strcmp(name, "FALSE") == 0 &&
         H5Tenum_nameof(type, &yes, name, sizeof name) >= 0 && strcmp(name, "TRUE") == 0;
}

/// Enumerations of HDF5 have different names in Swift.
static inline shardem_hdf5_element shardem_hdf5_describe(hid_t type) {
  shardem_hdf5_element element = {0, 0, H5Tget_size(type)};
  H5T_class_t class = H5Tget_class(type);
  if (shardem_hdf5_is_bool(type)) element.kind = 'b';
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

/// The names of the first fields of a record, with commas between them, in at most `size` bytes.
static inline void shardem_hdf5_fields(hid_t type, char *text, size_t size) {
  text[0] = 0;
  if (H5Tget_class(type) != H5T_COMPOUND) return;
  for (int i = 0; i < H5Tget_nmembers(type) && strlen(text) + 1 < size; i++) {
    char *name = H5Tget_member_name(type, (unsigned)i);
    if (!name) return;
    size_t length = strlen(text);
    snprintf(text + length, size - length, "%s%s", i ? ", " : "", name);
    H5free_memory(name);
  }
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
  case H5T_ARRAY: return "lists";
  case H5T_VLEN: return "sequences";
  default: return "unknown things";
  }
}

/// Where the elements of a dataset are.
typedef struct {
  /// 'c' in chunks, 'v' in other datasets, 'e' in other files than HDF5's, 0 in one piece.
  char kind;
  int is_packed;
} shardem_hdf5_layout;

/// Enumerations of HDF5 have different names in Swift.
static inline shardem_hdf5_layout shardem_hdf5_layout_of(hid_t creation) {
  shardem_hdf5_layout layout = {0, H5Pget_nfilters(creation) > 0};
  switch (H5Pget_layout(creation)) {
  case H5D_CHUNKED: layout.kind = 'c'; break;
  case H5D_VIRTUAL: layout.kind = 'v'; break;
  default:
    if (H5Pget_external_count(creation) > 0) layout.kind = 'e';
  }
  return layout;
}

/// A filter that has packed the chunks of a dataset: its number, its name of up to 63 characters, and
/// whether the library can undo it.
typedef struct {
  int number;
  int is_there;
  char name[64];
} shardem_hdf5_filter;

/// H5Pget_filter is a macro in some versions.
static inline shardem_hdf5_filter shardem_hdf5_filter_of(hid_t creation, unsigned place) {
  shardem_hdf5_filter filter = {0, 0, {0}};
  unsigned flags = 0, config = 0;
  size_t values = 0;
  filter.number = H5Pget_filter2(
      creation, place, &flags, &values, NULL, sizeof filter.name - 1, filter.name, &config);
  filter.is_there = H5Zfilter_avail(filter.number) > 0 &&
                    H5Zget_filter_info(filter.number, &config) >= 0 &&
                    (config & H5Z_FILTER_CONFIG_DECODE_ENABLED) != 0;
  return filter;
}

/// Whether all elements are selected: virtual datasets have this selection and hyperslabs, no other.
/// H5S_SEL_ALL is an enumerator of different names in Swift.
static inline int shardem_hdf5_selects_all(hid_t space) {
  return H5Sget_select_type(space) == H5S_SEL_ALL;
}

/// What stands for no limit, in selections and in sizes of external files: H5S_UNLIMITED.
static inline hsize_t shardem_hdf5_unlimited(void) { return H5S_UNLIMITED; }

/// What tells an object from all others that are open.
typedef struct {
  uint64_t file, place;
} shardem_hdf5_identity;

/// H5Oget_info is a macro, and its newer versions have no addresses.
static inline herr_t shardem_hdf5_identify(hid_t object, shardem_hdf5_identity *identity) {
#if H5_VERSION_GE(1, 12, 0)
  H5O_info2_t info;
  herr_t code = H5Oget_info3(object, &info, H5O_INFO_BASIC);
  if (code >= 0) memcpy(&identity->place, &info.token, sizeof identity->place);
#else
  H5O_info_t info;
  herr_t code = H5Oget_info2(object, &info, H5O_INFO_BASIC);
  if (code >= 0) identity->place = info.addr;
#endif
  if (code >= 0) identity->file = info.fileno;
  return code;
}

/// H5I_DATASET and H5I_GROUP are enumerators of different names in Swift.
static inline int shardem_hdf5_is_dataset(hid_t object) {
  return H5Iget_type(object) == H5I_DATASET;
}

static inline int shardem_hdf5_is_group(hid_t object) { return H5Iget_type(object) == H5I_GROUP; }

/// Where a soft or external link leads, as `file:path` or `path`, in at most `size` bytes; empty of
/// other links, or if there is none. H5L_info_t is a macro in newer versions.
static inline void shardem_hdf5_target(hid_t file, const char *name, char *text, size_t size) {
  H5L_info_t info;
  char value[4096];
  const char *other, *path;
  text[0] = 0;
  if (H5Lget_info(file, name, &info, H5P_DEFAULT) < 0 || info.type == H5L_TYPE_HARD ||
      info.u.val_size > sizeof value ||
      H5Lget_val(file, name, value, sizeof value, H5P_DEFAULT) < 0) {
    return;
  }
  if (info.type == H5L_TYPE_SOFT) {
    snprintf(text, size, "%.*s", (int)info.u.val_size, value);
  } else if (info.type == H5L_TYPE_EXTERNAL &&
             H5Lunpack_elink_val(value, info.u.val_size, NULL, &other, &path) >= 0) {
    snprintf(text, size, "%s:%s", other, path);
  }
}

/// Whether there is a link of this path, each group on the way being there.
static inline int shardem_hdf5_has_link(hid_t file, const char *path) {
  return H5Lexists(file, path, H5P_DEFAULT) > 0;
}

/// Whether an object, or the one at `path` in its file, has an attribute.
static inline int shardem_hdf5_has_attribute(hid_t object, const char *path, const char *name) {
  return H5Aexists_by_name(object, path, name, H5P_DEFAULT) > 0;
}

/// Reads the numbers of an attribute as float64. H5T_NATIVE_DOUBLE is a macro with a call.
///
/// Returns how many there are, -1 if it cannot be read, -2 if it holds no numbers, and if there are
/// more than `limit`, their number, without having read them.
static inline int64_t shardem_hdf5_read_numbers(
    hid_t object, const char *name, double *values, int64_t limit, shardem_hdf5_element *element) {
  int64_t count = -1;
  hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
  if (attribute < 0) return count;
  hid_t type = H5Aget_type(attribute), space = H5Aget_space(attribute);
  if (type >= 0 && space >= 0) {
    *element = shardem_hdf5_describe(type);
    count = element->kind == 0 ? -2 : (int64_t)H5Sget_simple_extent_npoints(space);
    if (count > 0 && count <= limit && H5Aread(attribute, H5T_NATIVE_DOUBLE, values) < 0) count = -1;
  }
  if (space >= 0) H5Sclose(space);
  if (type >= 0) H5Tclose(type);
  H5Aclose(attribute);
  return count;
}

/// Reads an attribute that is one text, of fixed or variable length; empty if it is anything else.
static inline void shardem_hdf5_read_text(
    hid_t object, const char *name, char *text, size_t size) {
  text[0] = 0;
  hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
  if (attribute < 0) return;
  hid_t type = H5Aget_type(attribute), space = H5Aget_space(attribute);
  if (type >= 0 && space >= 0 && H5Tget_class(type) == H5T_STRING &&
      H5Sget_simple_extent_npoints(space) == 1) {
    if (H5Tis_variable_str(type) > 0) {
      char *value = NULL;
      if (H5Aread(attribute, type, &value) >= 0 && value) {
        snprintf(text, size, "%s", value);
        H5free_memory(value);
      }
    } else if (H5Tget_size(type) < size) {
      memset(text, 0, size);
      if (H5Aread(attribute, type, text) < 0) text[0] = 0;
    }
  }
  if (space >= 0) H5Sclose(space);
  if (type >= 0) H5Tclose(type);
  H5Aclose(attribute);
}

/// The value that stands where nothing was written; 0 is returned if the dataset's writer gave none.
static inline int shardem_hdf5_fill_value(hid_t creation, double *value) {
  H5D_fill_value_t status;
  return H5Pfill_value_defined(creation, &status) >= 0 &&
         status == H5D_FILL_VALUE_USER_DEFINED &&
         H5Pget_fill_value(creation, H5T_NATIVE_DOUBLE, value) >= 0;
}
