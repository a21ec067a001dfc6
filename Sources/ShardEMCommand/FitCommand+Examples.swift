extension FitCommand {
  /// What `shardem fit --help` teaches.
  static let examples = """
    The fit starts from the best of a race of starts, and ends when less is left to gain \
    than the tolerance. Its result is the same, byte for byte, on any number of ranks and threads.

    EXAMPLES

      Two Gaussian components in a table, with a report on the screen:
        shardem fit faithful.csv -K 2

      Some columns of it, the best of 10 starts, the model kept:
        shardem fit penguins.csv --columns bill_length_mm,bill_depth_mm \\
          -K 3 --restarts 10 --output penguins.json

      A folder of .npy shards on 8 processes of 4 threads, with a trace:
        mpirun -np 8 --map-by slot:PE=4 shardem fit shards/ -K 50 \\
          --covariance diag --output model.json --trace trace.jsonl

      Clusters of different volume and direction, but of one shape (mclust's VEV):
        shardem fit iris.csv --columns 1,2,3,4 -K 2 --covariance VEV

      Row weights from a column of the table, or from a file of one weight per row:
        shardem fit survey.csv --weights count -K 4 --output model.json
        shardem fit 'part-*.npy' --weights weights.npy -K 4 --output model.json

      Going on from a fitted model, say to a smaller tolerance or with new data:
        shardem fit new.npy -K 4 --init model.json --tolerance 1e-9 \\
          --output better.json

      From another program's clusters, a label or K responsibilities a row:
        shardem fit data.npy -K 4 --init labels.npy

      A long fit that may be stopped, and goes on where it was when started again:
        mpirun -np 8 shardem fit shards/ -K 50 --output model.json \\
          --checkpoint kept --resume kept

      With a prior, so that no component collapses onto a few rows:
        shardem fit galaxies.csv -K 6 --estimate map

      More components than there may be, of which the data keep what they need:
        shardem fit faithful.csv -K 6 --estimate vb
        shardem fit faithful.csv -K 6 --estimate vb \\
          --weight-concentration-type dirichlet-process
        shardem fit visits.csv --family poisson -K 6 --estimate vb
        shardem fit answers.csv --family categorical -K 6 --estimate vb
        shardem fit faithful.csv --family mixed -K 6 --estimate vb \\
          --column-families 'eruptions=gaussian,waiting=poisson'

      Rows far off, which hardly count, or which belong to no component:
        shardem fit data.csv -K 3 --family student-t --degrees-of-freedom common
        shardem fit data.csv -K 3 --noise auto

      Classes known of some rows, of two components each; then those of others:
        shardem fit iris.csv --labels species -K 6 --components-per-class 2 \\
          --output classes.json
        shardem predict classes.json new.csv --classes --output species.csv

      Cells that are missing - NaN, empty, NA - and those that hold -999:
        shardem fit sensors.csv -K 4 --missing em --missing-values -999 \\
          --output model.json
        shardem impute model.json sensors.csv --missing em --missing-values -999 \\
          --output complete.csv

      Columns of 0 and 1, of counts, of waiting times:
        shardem fit answers.csv --family bernoulli -K 5 --output classes.json
        shardem fit visits.csv --family poisson -K 3
        shardem fit times.csv --family exponential -K 2

      Counts of words, documents being of any length; directions, rows of length 1:
        shardem fit words.npy --family multinomial -K 20 --output topics.json
        shardem fit unit.npy --family von-mises-fisher -K 20 --output clusters.json

      Words and numbers, each column with its own family, or with guessed ones:
        shardem fit answers.csv --family categorical -K 3 --missing em
        shardem fit penguins.csv --family mixed -K 3 --missing em \\
          --column-families '{bill_length_mm,body_mass_g}=gaussian,*=categorical'
        shardem fit survey.csv --family auto -K 4 --output model.json

      Clusters about centers, of least squares; every row wholly in one component:
        shardem fit data.npy --family k-means -K 64 --output clusters.json
        shardem fit data.npy -K 8 --covariance diag --hard

    Then: shardem predict model.json DATA --output labels.npy, or score, sample, inspect.
    """
}
