# Times psych::alpha on a CSV file, with as many bootstraps as asked for; called by
# alpha_speed.py.
suppressMessages(library(psych))
given <- commandArgs(TRUE)
answers <- read.csv(given[1])
again <- if (length(given) > 1) as.integer(given[2]) else 1
took <- system.time(
  fit <- suppressWarnings(psych::alpha(answers, n.iter = again, warnings = FALSE)))
cat(sprintf("%.3f %.10f %s", took[["elapsed"]], fit$total$raw_alpha, packageVersion("psych")))
if (again > 1) cat(sprintf(" %.4f %.4f", fit$boot.ci[["2.5%"]], fit$boot.ci[["97.5%"]]))
