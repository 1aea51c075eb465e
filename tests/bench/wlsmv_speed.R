# Times lavaan::cfa(estimator = "WLSMV") on a CSV file; called by wlsmv_speed.py.
suppressMessages(library(lavaan))
frame <- read.csv(commandArgs(TRUE)[1]); items <- paste0("q", 1:9)
model <- paste("f =~", paste(items, collapse = " + "))
several <- length(unique(frame$group)) > 1
run <- function(name, equal) {
  took <- system.time(fit <- cfa(model, frame, ordered = items, estimator = "WLSMV", std.lv = TRUE,
    group = if (several) "group", group.equal = equal))
  cat(sprintf("  %-36s %8.3f s  scaled chi-square %.4f\n", paste("lavaan,", name), took[["elapsed"]],
    fitMeasures(fit, "chisq.scaled")))
}
run(if (several) "configural, with moments" else as.character(packageVersion("lavaan")), "")
if (several) run("thresholds, loadings, intercepts", c("thresholds", "loadings"))
