#!/usr/bin/env bash
# The R function (deploy/r): fits of several covariances to Old Faithful are objects of mclust, which computes the
# same log-likelihood and probabilities from them. Where Rscript, jsonlite and mclust are.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
cd "$root"
command -v Rscript > /dev/null || skip "no Rscript"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
Rscript - "$build/shardem" > "$log" 2>&1 << 'TEXT' || true
if (!all(sapply(c("jsonlite", "mclust"), requireNamespace, quietly = TRUE))) {
  cat("no jsonlite or no mclust\n")
  quit(status = 1)
}
suppressMessages(library(mclust))
source("deploy/r/shardem.R")
options(shardem.program = commandArgs(TRUE)[1])
expect <- function(name, value) {
  failed <- function(error) paste("not ok:", conditionMessage(error))
  told <- tryCatch(if (all(value)) "ok" else "not ok", error = failed)
  cat(told, name, "\n")
}
for (covariance in c("EII", "VII", "EEI", "VEI", "EVI", "VVI", "EEE", "VVV")) {
  expect(covariance, {
    own <- shardem(faithful, G = 2, covariance = covariance, init = "kmeans", regularization = 0)
    theirs <- estep(as.matrix(faithful), own$modelName, own$parameters)
    # Sums of 272 numbers of magnitude 4 by each of the two.
    c(own$modelName == covariance, abs(theirs$loglik - own$loglik) < 1e-8, max(abs(theirs$z - own$z)) < 1e-9,
      predict(own, faithful)$classification == own$classification,
      abs(2 * own$loglik - own$df * log(own$n) - own$bic) < 1e-8)
  })
}
expect("one column", {
  own <- shardem(faithful$waiting, G = 2)
  abs(estep(faithful$waiting, own$modelName, own$parameters)$loglik - own$loglik) < 1e-8
})
expect("an error is the program's line",
  grepl("components", conditionMessage(tryCatch(shardem(faithful, G = 500), error = identity))))
pdf(NULL)
expect("plots", { plot(own, what = "density"); TRUE })
TEXT
if grep -q '^no ' "$log"; then skip "$(cat "$log")"; fi
while read -r line; do
  case $line in
    ok*) ok "${line#ok }" ;;
    *) not_ok "$line" ;;
  esac
done < "$log"
finish
