extension SelectCommand {
  /// What `shardem select --help` teaches.
  static let examples = """
    Fits every model with every number of components, all of them together: they take as many walks over \
    the data as the slowest, where starts are not found on samples. Each has the bytes that fit gives with \
    the same options, unless it has found less than a special case of its model, and begins once more \
    from that. A table shows the criterion of each; the best model is written as fit writes it.

    Of bic, icl and aic the smaller is the better. Models with a component that is a spike - a few rows, \
    whose likelihood has no bound - are marked, and come after all others.

    EXAMPLES

      From one to nine components, with four kinds of covariances:
        shardem select faithful.csv -K 1-9 --covariance full,tied,diag,spherical

      All of mclust's fourteen, the table and the best model kept:
        shardem select iris.csv --columns 1,2,3,4 -K 1-9 --covariance all \\
          --table iris.csv --output iris.json

      Families beside each other, by the integrated completed likelihood:
        shardem select data.csv -K 2,4,8 --family gaussian,student-t \\
          --covariance VVV,VEV --criterion icl --restarts 4

      Which components of the best model are one group, not of their shape:
        shardem select data.npy -K 1-12 --merge entropy --merged clusters.json

      By rows that are left out of the fit, each fifth of them once:
        shardem select data.npy -K 1-6 --criterion cv --folds 5

      A folder of shards on 8 processes:
        mpirun -np 8 shardem select shards/ -K 10-30 \\
          --covariance diag --output best.json
    """
}
