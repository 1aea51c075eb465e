# Times psych::alpha on a CSV file; called by alpha_speed.py.
suppressMessages(library(psych))
answers <- read.csv(commandArgs(TRUE)[1])
took <- system.time(fit <- suppressWarnings(psych::alpha(answers, warnings = FALSE)))
cat(sprintf("%.3f %.10f %s", took[["elapsed"]], fit$total$raw_alpha, packageVersion("psych")))
