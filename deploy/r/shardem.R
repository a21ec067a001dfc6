# Mixtures by the program shardem, as objects of the package mclust, whose plots and predict take them:
#
#   source("deploy/r/shardem.R")
#   fit <- shardem(faithful, G = 2, covariance = "VVV", restarts = 3)
#   plot(fit, what = "classification"); predict(fit, faithful)$classification
#
# Needs the program on PATH, or where the option shardem.program says, and the package jsonlite.

# Fits G components. Further arguments are options of `shardem fit`, with _ for - within a name.
shardem <- function(data, G, covariance = "VVV", ..., program = getOption("shardem.program", "shardem")) {
  data <- as.matrix(data)
  folder <- tempfile("shardem")
  dir.create(folder)
  on.exit(unlink(folder, recursive = TRUE))
  file <- function(name) file.path(folder, name)
  run <- function(...) {
    status <- system2(program, shQuote(c(..., "--no-mpi", "--quiet")), stdout = FALSE, stderr = file("error"))
    if (status != 0) stop(paste(readLines(file("error")), collapse = "\n"), call. = FALSE)
  }
  given <- list(..., covariance = covariance)
  values <- vapply(given, format, "", digits = 17, scientific = FALSE)
  options <- rbind(paste0("--", gsub("_", "-", names(given))), values)
  names <- if (is.null(colnames(data))) paste0("V", seq_len(ncol(data))) else colnames(data)
  rows <- apply(data, 1, function(row) paste(sprintf("%.17g", row), collapse = ","))
  writeLines(c(paste(names, collapse = ","), rows), file("rows.csv"))
  run("fit", file("rows.csv"), "--header", "-K", G, options, "--progress", "none", "--output", file("model.json"))
  run("predict", file("model.json"), file("rows.csv"), "--header", "--probabilities", file("z.csv"))
  z <- as.matrix(utils::read.csv(file("z.csv")))
  read_shardem(file("model.json"), data, unname(z), match.call())
}

# Reads a model file of a Gaussian mixture; data and z, the probabilities of their components, may be left out.
read_shardem <- function(path, data = NULL, z = NULL, call = match.call()) {
  model <- jsonlite::fromJSON(path)
  if (model$family != "gaussian") stop(path, ": a model of family ", model$family, ", expected gaussian")
  G <- model$components
  d <- model$dimensions
  name <- model$covariance_model
  if (is.null(name)) name <- c(full = "VVV", tied = "EEE", diag = "VVI", spherical = "VII")[[model$covariance_type]]
  own <- model$covariances
  of <- list(
    full = function(k) own[k, , ], tied = function(k) own, diag = function(k) diag(own[k, ], d),
    spherical = function(k) diag(own[k], d))[[model$covariance_type]]
  sigma <- array(vapply(seq_len(G), function(k) matrix(of(k), d, d), matrix(0, d, d)), c(d, d, G))
  variance <- list(modelName = name, d = d, G = G, sigma = sigma)
  if (d == 1) {
    name <- variance$modelName <- if (startsWith(name, "E")) "E" else "V"
    variance$sigmasq <- if (name == "E") sigma[1] else sigma[1, 1, ]
    variance$scale <- variance$sigmasq
  } else {
    if (endsWith(name, "I")) {
      # Volumes, and the columns' variances in them.
      scale <- apply(sigma, 3, det)^(1 / d)
      shape <- apply(sigma, 3, diag) / rep(scale, each = d)
      variance$scale <- if (startsWith(name, "E")) scale[1] else scale
      variance$shape <- if (substr(name, 2, 2) == "E") shape[, 1] else shape
    } else if (requireNamespace("mclust", quietly = TRUE)) {
      variance <- c(variance, mclust::sigma2decomp(sigma, G = G)[c("scale", "shape", "orientation")])
    }
    if (name == "VVV") variance$cholsigma <- array(apply(sigma, 3, chol), c(d, d, G))
    if (name == "EEE") variance <- c(variance, list(Sigma = sigma[, , 1], cholSigma = chol(sigma[, , 1])))
    if (name %in% c("EII", "VII")) variance$sigmasq <- if (name == "EII") sigma[1] else sigma[1, 1, ]
  }
  fit <- model$fit
  mean <- t(matrix(model$means, G, d, dimnames = list(NULL, model$columns)))
  structure(
    list(
      call = call, data = data, modelName = name, n = fit$rows, d = d, G = G, loglik = fit$log_likelihood,
      # Of which mclust takes the larger for the better.
      df = fit$free_parameters, bic = -fit$bic, icl = if (is.null(fit$icl)) NULL else -fit$icl, hypvol = NA,
      parameters = list(pro = model$weights, mean = mean, variance = variance), z = z,
      classification = if (!is.null(z)) max.col(z, "first"), uncertainty = if (!is.null(z)) 1 - apply(z, 1, max)),
    class = "Mclust")
}
