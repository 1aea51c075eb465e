# Times lavaan::cfa on CSV files in a folder; called by factors_speed.py.
suppressMessages(library(lavaan))
given <- commandArgs(TRUE)
whole <- read.csv(file.path(given[1], "whole.csv"))
holes <- read.csv(file.path(given[1], "holes.csv"))
model <- paste("trust =~", paste0("q", 1:9, collapse = " + "))
fits <- list(
  "ML, Summary" = function() cfa(model, whole, std.lv = TRUE),
  "ML" = function() cfa(model, whole, std.lv = TRUE),
  "MLR" = function() cfa(model, whole, std.lv = TRUE, estimator = "MLR"),
  "FIML" = function() cfa(model, holes, std.lv = TRUE, missing = "ml"),
  "scalar, 24 groups" = function() cfa(model, whole, std.lv = TRUE, group = "group",
    group.equal = c("loadings", "intercepts")))
for (way in given[-1]) {
  took <- system.time(fit <- fits[[way]]())
  m <- fitMeasures(fit)
  chi <- if (way == "MLR") m[["chisq.scaled"]] else m[["chisq"]]
  cat(sprintf("%8.3f %12.4f  (lavaan %s)\n", took[["elapsed"]], chi, packageVersion("lavaan")))
}
