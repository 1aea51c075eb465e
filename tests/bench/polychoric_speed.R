# Times psych::polychoric and lavaan::lavCor on a CSV file; called by polychoric_speed.py.
suppressMessages({library(psych); library(lavaan)})
answers <- read.csv(commandArgs(TRUE)[1])
took <- system.time(fit <- suppressWarnings(psych::polychoric(answers, correct = 0)))
cat(sprintf("  %-44s %8.3f s  rho[1,2] %.8f\n", paste("psych::polychoric", packageVersion("psych")),
  took[["elapsed"]], fit$rho[1, 2]))
took <- system.time(r <- lavCor(answers, ordered = names(answers)))
cat(sprintf("  %-44s %8.3f s  rho[1,2] %.8f\n", paste("lavaan::lavCor", packageVersion("lavaan")),
  took[["elapsed"]], r[1, 2]))
if (nrow(answers) <= 20000) {
  took <- system.time(r <- lavInspect(lavCor(answers, ordered = names(answers), output = "fit",
    se = "robust.sem", estimator = "WLSMV"), "sampstat")$cov)
  cat(sprintf("  %-44s %8.3f s  rho[1,2] %.8f\n", "lavCor with the covariance of all estimates",
    took[["elapsed"]], r[1, 2]))
}
