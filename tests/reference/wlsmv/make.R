# Writes values.csv beside this file from ../polychoric/inputs/ and data/real/.
# Run from the root of the project; needs lavaan and semTools. No randomness.
suppressMessages({library(lavaan); library(semTools)})
here <- "tests/reference/wlsmv"
rows <- list()
keep <- function(case, quantity, value) rows[[length(rows) + 1]] <<- data.frame(
  case = case, quantity = quantity, value = sprintf("%.15g", value))
measures <- c(chi_square = "chisq.scaled", unscaled = "chisq", df = "df",
  p_value = "pvalue.scaled", baseline_chi_square = "baseline.chisq.scaled",
  baseline_df = "baseline.df", cfi = "cfi.scaled", tli = "tli.scaled",
  rmsea = "rmsea.scaled", rmsea_low = "rmsea.ci.lower.scaled",
  rmsea_high = "rmsea.ci.upper.scaled", srmr = "srmr")
told <- function(case, fit, standard = FALSE) {
  values <- fitMeasures(fit)
  for (name in names(measures)) keep(case, name, values[[measures[[name]]]])
  keep(case, "objective", 2 * values[["fmin"]])
  keep(case, "parameters", values[["npar"]])
  test <- lavInspect(fit, "test")
  keep(case, "scaling", test[["scaled.shifted"]]$scaling.factor)
  table <- as.data.frame(parameterEstimates(fit))
  if (is.null(table$group)) table$group <- 1
  table <- table[table$se > 0, ]
  if (!is.null(table$label)) table <- table[!(table$label != "" & duplicated(table$label)), ]
  name <- paste0(table$lhs, table$op, table$rhs, "_", table$group)
  for (i in seq_len(nrow(table))) {
    keep(case, name[i], table$est[i]); keep(case, paste0(name[i], "_se"), table$se[i])
  }
  if (standard) {
    table <- as.data.frame(standardizedSolution(fit))
    table <- table[table$op %in% c("=~", "~~") & table$se > 0, ]
    for (i in seq_len(nrow(table))) {
      name <- paste0("std_", table$lhs[i], table$op[i], table$rhs[i])
      keep(case, name, table$est.std[i]); keep(case, paste0(name, "_se"), table$se[i])
    }
    gains <- as.data.frame(modindices(fit)); gains <- gains[gains$op %in% c("=~", "~~"), ]
    for (i in seq_len(nrow(gains))) {
      name <- paste0("mi_", gains$lhs[i], gains$op[i], gains$rhs[i])
      keep(case, name, gains$mi[i]); keep(case, paste0(name, "_change"), gains$epc[i])
    }
  }
}

bhr <- read.csv("data/real/bhr2000.csv")
bhr <- bhr[seq(1, nrow(bhr), 4), c("AF06", "AF07", "AP12", "AP17", "AP33", "AP34")]
told("bhr2000", cfa(paste("f =~", paste(names(bhr), collapse = " + ")), bhr,
  ordered = names(bhr), estimator = "WLSMV", std.lv = TRUE), standard = TRUE)
sai <- read.csv("tests/reference/polychoric/inputs/sai.csv")
model <- "calmness =~ calm + secure + at.ease + rested + comfortable
          worry =~ tense + regretful + upset + worrying + anxious
          tense ~~ anxious"
told("sai", cfa(model, sai, ordered = names(sai), estimator = "WLSMV", std.lv = TRUE),
  standard = TRUE)

ceiling <- read.csv("tests/reference/polychoric/inputs/ceiling.csv")
ceiling <- ceiling[complete.cases(ceiling), ]; items <- paste0("q", 1:6)
one <- paste("f =~", paste(items, collapse = " + "))
told("one", cfa(one, ceiling, ordered = items, estimator = "WLSMV", std.lv = TRUE),
  standard = TRUE)
ladder <- function(equal, kind = "delta", partial = NULL) {
  text <- do.call(measEq.syntax, c(list(configural.model = one, data = ceiling, ordered = items,
    group = "group", ID.fac = "std.lv", ID.cat = "Wu.Estabrook.2016",
    parameterization = kind, group.equal = equal), list(group.partial = partial)[!is.null(partial)]))
  cfa(as.character(text), ceiling, ordered = items, group = "group", estimator = "WLSMV",
    parameterization = kind)
}
steps <- list(configural = "", thresholds = "thresholds",
  loadings = c("thresholds", "loadings"),
  intercepts = c("thresholds", "loadings", "intercepts"),
  residuals = c("thresholds", "loadings", "intercepts", "residuals"))
for (kind in c("delta", "theta")) {
  fits <- list()
  for (step in names(steps)[if (kind == "delta") 1:4 else 1:5]) {
    fits[[step]] <- ladder(steps[[step]], kind)
    told(paste0(kind, "_", step), fits[[step]])
    if (length(fits) > 1) {
      test <- lavTestLRT(fits[[length(fits) - 1]], fits[[step]])
      keep(paste0(kind, "_", step), "difference", test[2, "Chisq diff"])
      keep(paste0(kind, "_", step), "difference_df", test[2, "Df diff"])
      keep(paste0(kind, "_", step), "difference_p", test[2, "Pr(>Chisq)"])
    }
  }
}
partial <- ladder(steps$intercepts, "delta", "q3 ~ 1")
told("partial_intercept", partial)

versions <- sapply(c("lavaan", "semTools"), function(p) paste(p, packageVersion(p)))
file <- file.path(here, "values.csv")
writeLines(paste0("# ", R.version.string, ", ", paste(versions, collapse = ", ")), file)
suppressWarnings(write.table(do.call(rbind, rows), file, sep = ",", row.names = FALSE,
  quote = FALSE, append = TRUE))
