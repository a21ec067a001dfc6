/* ShardEM for other languages: mixtures fitted by EM to rows in the caller's memory or in files, by one process or
 * by ranks that the caller connects.
 *
 * Models go out and in as the bytes of the program's own model files (JSON, UTF-8): what shardem_fit returns is
 * what `shardem fit` writes with the same rows and options, byte for byte.
 *
 * Arguments are checked: no value of any ends the process, but pointers must be null or point to as much memory as
 * is said, and what is called data must come from shardem_rows or shardem_files. Functions may be called on several
 * threads at a time.
 *
 * Every function but shardem_free and shardem_close returns a status. `error`, unless null, is set to text of UTF-8
 * that says what is wrong, to be freed by shardem_free, or to null. What can be set it calls as the Python package
 * does.
 */
#ifndef SHARDEM_H
#define SHARDEM_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
  SHARDEM_DONE = 0,
  /* An argument, an option or a value of the data cannot be used. */
  SHARDEM_UNUSABLE = 1,
  /* No model can be estimated from these data with these options. */
  SHARDEM_FAILED = 2,
  /* The callback wanted an end. */
  SHARDEM_INTERRUPTED = 3
};

/* Null if this processor has what the library was built for; else what it lacks, and no other function may be called. */
const char *shardem_missing_instruction_set(void);

/* Frees what a function returned; null is nothing. */
void shardem_free(void *memory);

/* Processes that share the rows, by functions of the caller, which all ranks call in the same order. They return 0, or
 * not 0 if they failed: that ends the call on this rank by SHARDEM_INTERRUPTED; the caller sees to the others. They are
 * called on the thread that called. */
typedef void (*shardem_combine)(void *other, void *own, int *count, void *type);
typedef int32_t (*shardem_reduce)(
    void *context, double *values, int64_t count, int64_t element_size, int32_t operation, shardem_combine combine);
typedef int32_t (*shardem_gather)(
    void *context, const uint8_t *own, int64_t length, uint8_t *all, const int64_t *lengths);
typedef struct {
  void *context;
  int32_t rank, size;
  /* Replaces `count` elements of `element_size` numbers by those of all ranks combined: operation 0 adds numbers, 1
   * takes the largest, 2 calls `combine`, which takes `count` elements of another rank into those of this one. */
  shardem_reduce reduce;
  /* Writes the bytes of all ranks one after the other: of rank i lengths[i], of this one lengths[rank] = length. */
  shardem_gather gather;
} shardem_ranks;

/* Rows to work on, until shardem_close. */
typedef struct shardem_data shardem_data;

/* Rows in the caller's memory, numbers at values + i * row_stride + j * column_stride, strides being bytes of any sign.
 * They are not copied, and must stay as and where they are until shardem_close. With ranks each has rows of its own,
 * or none: rank after rank they are the rows of all.
 *
 * weights: one from 0 up for each row, `weight_stride` bytes apart; null for 1 each.
 * labels: the class of each row, from 0, as float64; -1 where unknown; null if all are.
 * options: a JSON object of
 *   "columns"         a list of names of the columns, no two alike
 *   "type"            of the numbers, as NumPy writes it: "<f4", ">i8", "|u1"; by default float64 of this processor.
 *                     Whole numbers beyond 2^53 are taken for the nearest float64
 *   "missing"         whether cells may be NaN, which are then missing; by default false
 *   "categories"      for each column null, or a list of what its numbers, from 0, stand for
 *   "class_names"     a list of what the classes are called
 *   "threads"         1 to 4096; by default as many as cores are left to this process
 * ranks: null for this process alone. data: is set to the rows, or to null. */
int32_t shardem_rows(
    const void *values, int64_t rows, int64_t columns, int64_t row_stride, int64_t column_stride,
    const void *weights, int64_t weight_stride, const void *labels, int64_t label_stride, const char *options,
    const shardem_ranks *ranks, shardem_data **data, char **error);

/* Rows of files, read as the program does. With ranks all name the same files, and share their rows.
 *
 * options: a JSON object of
 *   "files"           a list of files, patterns and folders; needed
 *   "columns", "delimiter", "decimal_comma", "header", "missing", "missing_values", "weights", "labels", "memory"
 *                     what the program's options of these names say; lists are lists
 *   "family", "settings"    as of shardem_fit: of them it depends which columns are of categories
 *   "unknown_categories"    what a category is that the model has not: "error" (default), or "missing", a missing cell
 *   "threads"         as above
 * model: a model whose columns they are to have, in the place of a family; null for none. */
int32_t shardem_files(
    const char *options, const uint8_t *model, int64_t model_length, const shardem_ranks *ranks,
    shardem_data **data, char **error);

/* Gives data back; null is nothing. */
void shardem_close(shardem_data *data);

/* shape[3] is set to the rows of this rank, the columns, and the rows of all ranks. */
int32_t shardem_shape(const shardem_data *data, int64_t *shape, char **error);

/* Is told of every iteration of every start, on the thread of shardem_fit: the mean objective per row under the
 * parameters before its M-step, and what it has gained, NaN in the first. In a process alone it is also told of every
 * other walk over the rows: as of iteration 0, with NaN. Not 0 ends the fit, on all ranks. */
typedef int32_t (*shardem_callback)(
    void *context, int64_t restart, int64_t iteration, double objective, double change);

/* Fits a mixture; with ranks on all of them, with the same options, and the same result.
 *
 * options: a JSON object of
 *   "components"      K, from 1 up; needed
 *   "family"          "gaussian" (default), "bernoulli", "student-t", "poisson", "exponential", "multinomial",
 *                     "von-mises-fisher", "categorical", "mixed", "k-means", "soft-k-means"; of files that were
 *                     opened with it "auto", mixed by families that the first rows look like
 *   "settings"        an object of strings: the options of the family that `shardem fit --help` lists, without
 *                     their dashes, as {"covariance": "VVE", "estimate": "map"}; "prior" is the text of a file
 *   "regularization"  a string as the program takes it; by default "1e-6rel"
 *   "init"            "race" (default), "kmeans", "k-means++", "random"
 *   "start"           the text of a model file to start from, in place of "init"
 *   "seed", "restarts", "max_iterations"      by default 0, 1, 1000
 *   "tolerance" or "tolerance_parameters"     by default the former, 1e-6
 *   "accelerate"      "anderson" (default), "squarem", "none"
 *   "spikes"          "last" (default), "keep"
 *   "order"           "weight" (default), "none"
 *   "hard", "exact_dense"                     true or false
 * start: of each row of this rank the component, from 0, -1 being noise, or K responsibilities, and one more with
 *   noise: start_rows x start_columns of float64, of which an M-step comes first; null for none.
 * callback: null for none.
 * model, model_length: are set to the model file, to be freed by shardem_free, or to null and 0. */
int32_t shardem_fit(
    const shardem_data *data, const char *options, const void *start, int64_t start_rows, int64_t start_columns,
    int64_t row_stride, int64_t column_stride, shardem_callback callback, void *context, uint8_t **model,
    int64_t *model_length, char **error);

/* Fits several mixtures, and chooses the one that describes the rows best.
 *
 * options: those of shardem_fit without "start", but
 *   "components"      a list of numbers
 *   "covariances"     a list of covariance models; by default that of "settings"
 *   "criterion"       "bic" (default), "icl", "aic", "cv"
 *   "folds"           of "cv", by default 5
 * callback: `restart` is the place of the mixture: for each number of components all covariances.
 * model: is set to the best, as shardem_fit gives it; of length 0 if there is none. table: to a list of objects, what
 *   became of each, as JSON. Both to be freed by shardem_free. */
int32_t shardem_select(
    const shardem_data *data, const char *options, shardem_callback callback, void *context, uint8_t **model,
    int64_t *model_length, uint8_t **table, int64_t *table_length, char **error);

/* What a model says of the rows of this rank; each of the results may be null.
 *
 * labels: of each row the most probable component, from 0; -1 for noise.
 * responsibilities: rows x width, row-major; width is K, and one more for a model with noise.
 * log_densities: in nats; of k-means minus the squared distance to the nearest center. */
int32_t shardem_predict(
    const uint8_t *model, int64_t model_length, const shardem_data *data, int64_t *labels, double *responsibilities,
    int64_t width, double *log_densities, char **error);

/* How well a model describes the rows of all ranks: scores[5] is set to the log-likelihood in nats, the sum of the
 * weights, and AIC, BIC and ICL, of which smaller ones are better (ICL is NaN where there is none). */
int32_t shardem_score(
    const uint8_t *model, int64_t model_length, const shardem_data *data, double *scores, char **error);

/* The rows of this rank with their missing cells filled: with what is to be expected there, or if `draws` is not 0 with
 * draws of `seed`. values: rows x D, row-major. */
int32_t shardem_impute(
    const uint8_t *model, int64_t model_length, const shardem_data *data, int32_t draws, uint64_t seed,
    double *values, char **error);

/* Rows first_row to first_row + rows - 1 of the endless sample of a seed: those of `shardem sample`.
 *
 * columns: D, those of the model. threads: 0 for the default. values: rows x D, row-major. labels: the component of
 * each, from 0; null if they are not wanted; a model with noise has none. */
int32_t shardem_sample(
    const uint8_t *model, int64_t model_length, int64_t first_row, int64_t rows, int64_t columns,
    uint64_t seed, int32_t threads, double *values, int64_t *labels, char **error);

/* Whether bytes are a model file. */
int32_t shardem_check_model(const uint8_t *model, int64_t model_length, char **error);

#ifdef __cplusplus
}
#endif

#endif
