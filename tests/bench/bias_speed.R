# Times item bias by MASS::polr on the same answers, for bias_speed.py.
suppressMessages(library(MASS))
d <- read.csv(commandArgs(TRUE)[1]); items <- setdiff(names(d), "group")
score <- rowSums(d[, items]); g <- factor(d$group)
start <- proc.time()[["elapsed"]]
for (item in items) {
  y <- factor(d[[item]])
  m <- list(polr(y ~ score), polr(y ~ score + g, Hess = TRUE), polr(y ~ score * g, Hess = TRUE))
}
cat(proc.time()[["elapsed"]] - start, "\n")
