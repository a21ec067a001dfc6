/* ShardEM for other languages: mixtures fitted by EM to rows in the caller's memory, in one process.
 *
 * Models go out and in as the bytes of the program's own model files (JSON, UTF-8): what shardem_fit returns is
 * what `shardem fit` writes with the same rows and options, byte for byte.
 *
 * Arguments are checked: no value of any ends the process, but pointers must be null or point to as much memory as
 * is said. Rows are float64 at values + i * row_stride + j * column_stride, strides being bytes of any sign; they
 * are not copied, and must stay as they are during the call. Functions may be called on several threads at a time.
 *
 * Every function but shardem_free returns a status. `error`, unless null, is set to text of UTF-8 that says what is
 * wrong, to be freed by shardem_free, or to null.
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

/* Is told of every iteration of every start, on the thread of shardem_fit or another one: the mean objective per row
 * under the parameters before its M-step, and what it has gained, NaN in the first. Not 0 ends the fit. */
typedef int32_t (*shardem_callback)(
    void *context, int64_t restart, int64_t iteration, double objective, double change);

/* Fits a mixture.
 *
 * weights: one from 0 up for each row, `weight_stride` bytes apart; null for 1 each.
 * options: a JSON object of
 *   "components"      K, from 1 up; needed
 *   "family"          "gaussian" (default), "bernoulli", "student-t", "poisson", "exponential", "multinomial",
 *                     "von-mises-fisher", "k-means", "soft-k-means"
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
 *   "missing"         whether cells may be NaN, which are then missing; by default false
 *   "columns"         a list of names of the columns, no two alike
 *   "threads"         1 to 4096; by default as many as cores are left to this process
 * callback: null for none.
 * model, model_length: are set to the model file, to be freed by shardem_free, or to null and 0.
 */
int32_t shardem_fit(
    const void *values, int64_t rows, int64_t columns, int64_t row_stride, int64_t column_stride,
    const void *weights, int64_t weight_stride, const char *options, shardem_callback callback, void *context,
    uint8_t **model, int64_t *model_length, char **error);

/* What a model says of rows; each of the results may be null.
 *
 * missing: not 0 if cells may be NaN. threads: 0 for the default.
 * labels: of each row the most probable component, from 0; -1 for noise.
 * responsibilities: rows x width, row-major; width is K, and one more for a model with noise.
 * log_densities: in nats; of k-means minus the squared distance to the nearest center.
 */
int32_t shardem_predict(
    const uint8_t *model, int64_t model_length, const void *values, int64_t rows, int64_t columns,
    int64_t row_stride, int64_t column_stride, int32_t missing, int32_t threads, int64_t *labels,
    double *responsibilities, int64_t width, double *log_densities, char **error);

/* How well a model describes rows: scores[5] is set to the log-likelihood in nats, the sum of the weights, and AIC,
 * BIC and ICL, of which smaller ones are better (ICL is NaN where there is none). */
int32_t shardem_score(
    const uint8_t *model, int64_t model_length, const void *values, int64_t rows, int64_t columns,
    int64_t row_stride, int64_t column_stride, const void *weights, int64_t weight_stride, int32_t missing,
    int32_t threads, double *scores, char **error);

/* Rows first_row to first_row + rows - 1 of the endless sample of a seed: those of `shardem sample`.
 *
 * columns: D, those of the model. values: rows x D, row-major. labels: the component of each, from 0; null if they are not wanted; a model with
 * noise has none. */
int32_t shardem_sample(
    const uint8_t *model, int64_t model_length, int64_t first_row, int64_t rows, int64_t columns,
    uint64_t seed, int32_t threads, double *values, int64_t *labels, char **error);

/* Whether bytes are a model file. */
int32_t shardem_check_model(const uint8_t *model, int64_t model_length, char **error);

#ifdef __cplusplus
}
#endif

#endif
