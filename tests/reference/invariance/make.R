# Writes values.csv beside this file from inputs/ and data/real/, which the tests read.
# Run from the root of the project; needs lavaan and semTools. No randomness.
suppressMessages({library(lavaan); library(semTools)})
here <- "tests/reference/invariance"
rows <- list()
keep <- function(case, quantity, value) rows[[length(rows) + 1]] <<- data.frame(
  case = case, quantity = quantity, value = sprintf("%.15g", value))
tight <- list(iter.max = 10000)
STEPS <- c("configural", "metric", "scalar", "strict")
indices <- function(case, step, fit, scaled, robust) {
  m <- fitMeasures(fit)
  s <- function(name) if (name %in% names(m)) m[[name]] else NA
  keep(case, paste0(step, "_chi_square"), m[[if (scaled) "chisq.scaled" else "chisq"]])
  keep(case, paste0(step, "_plain_chi_square"), m[["chisq"]])
  keep(case, paste0(step, "_df"), m[["df"]])
  keep(case, paste0(step, "_objective"), 2 * m[["fmin"]])
  end <- if (robust) ".robust" else if (scaled) ".scaled" else ""
  keep(case, paste0(step, "_cfi"), s(paste0("cfi", end)))
  keep(case, paste0(step, "_rmsea"), s(paste0("rmsea", end)))
  keep(case, paste0(step, "_srmr"), m[["srmr"]])
}
difference <- function(case, step, before, after, ...) {
  told <- suppressWarnings(lavTestLRT(before, after, ...))
  keep(case, paste0(step, "_difference"), told[2, "Chisq diff"])
  keep(case, paste0(step, "_df_difference"), told[2, "Df diff"])
  keep(case, paste0(step, "_p_difference"), told[2, "Pr(>Chisq)"])
}
ladder <- function(case, fits, scaled = FALSE, robust = FALSE, ...) {
  for (i in seq_along(fits)) {
    indices(case, names(fits)[i], fits[[i]], scaled, robust)
    if (i > 1) difference(case, names(fits)[i], fits[[i - 1]], fits[[i]], ...)
  }
}
EQUAL <- list(configural = "", metric = "loadings", scalar = c("loadings", "intercepts"),
              strict = c("loadings", "intercepts", "residuals"))
groups <- function(model, data, group, estimator = "ML", partial = "") lapply(EQUAL, function(equal)
  cfa(model, data, group = group, group.equal = equal, estimator = estimator,
      group.partial = partial, control = tight, meanstructure = TRUE, std.lv = TRUE))
means <- function(case, step, fit) {
  p <- parameterEstimates(fit)
  p <- p[p$op == "~1" & p$lhs %in% lavNames(fit, "lv") & p$group == 2, ]
  for (i in seq_len(nrow(p))) {
    keep(case, paste(step, "latent", p$lhs[i], sep = "_"), p$est[i])
    keep(case, paste(step, "latent", p$lhs[i], "se", sep = "_"), p$se[i])
  }
}

# Holzinger and Swineford, two schools: three factors, ML and MLR.
school <- read.csv(file.path(here, "inputs/school.csv"))
school <- school[order(school$school), ]  # groups in the order of their names
three <- "visual =~ x1 + x2 + x3\n textual =~ x4 + x5 + x6\n speed =~ x7 + x8 + x9"
ml <- groups(three, school, "school"); ladder("school", ml); means("school", "scalar", ml$scalar)
mlr <- groups(three, school, "school", "MLR")
ladder("school_mlr", mlr, scaled = TRUE, robust = TRUE, method = "satorra.bentler.2001")
means("school_mlr", "scalar", mlr$scalar)
for (i in 2:4) {
  told <- lavTestLRT(mlr[[i - 1]], mlr[[i]], method = "satorra.2000", scaled.shifted = FALSE)
  keep("school_mlr", paste0(STEPS[i], "_difference_2000"), told[2, "Chisq diff"])
}
score <- function(case, step, fit) {
  told <- suppressWarnings(lavTestScore(fit)$uni); table <- parTable(fit)
  for (i in seq_len(nrow(told))) {
    row <- table[table$plabel == told$lhs[i], ]
    if (nrow(row) == 1 && row$op == "~1")
      keep(case, paste(step, "score_intercept", row$lhs, sep = "_"), told$X2[i])
    if (nrow(row) == 1 && row$op == "=~")
      keep(case, paste(step, "score_loading", row$rhs, sep = "_"), told$X2[i])
  }
}
score("school", "scalar", ml$scalar); score("school", "metric", ml$metric)
freed <- c("x3 ~ 1", "x7 ~ 1")
partial <- groups(three, school, "school", partial = freed)
indices("school_partial", "scalar", partial$scalar, FALSE, FALSE)
difference("school_partial", "scalar", ml$metric, partial$scalar)
means("school_partial", "scalar", partial$scalar)

# Every sixth of 5,400 soldiers, in the first and the last groups: one factor of 11 items.
bhr <- read.csv("data/real/bhr2000.csv"); leader <- setdiff(names(bhr), c("GRP", "HRS", "RELIG"))
bhr$half <- ifelse(bhr$GRP <= median(bhr$GRP), "a", "b")
bhr <- bhr[seq(1, nrow(bhr), 6), ]
one <- paste("leader =~", paste(leader, collapse = " + "))
mlr <- groups(one, bhr, "half", "MLR")
ladder("soldiers", mlr, scaled = TRUE, robust = TRUE, method = "satorra.bentler.2001")
means("soldiers", "scalar", mlr$scalar)

# The same people in two waves: two factors, residuals of one item correlated over the waves.
items <- c("sai_02", "sai_08", "sai_16", "sai_20", "sai_03", "sai_09", "sai_12", "sai_13")
long <- read.csv(file.path(here, "inputs/two_waves.csv"))
wide <- reshape(long, direction = "wide", idvar = "id", timevar = "time", sep = "_")
wide <- wide[complete.cases(wide), ]
keep("two_waves", "n_people", nrow(wide))
for (w in 1:2) assign(paste0("i", w), paste0(items, "_", w))
both <- paste(
  sprintf("calm_%d =~ %s\n worry_%d =~ %s", 1:2, sapply(1:2, function(w)
    paste(paste0(items[1:4], "_", w), collapse = " + ")), 1:2, sapply(1:2, function(w)
    paste(paste0(items[5:8], "_", w), collapse = " + "))), collapse = "\n")
names_of <- list(calm = c("calm_1", "calm_2"), worry = c("worry_1", "worry_2"))
same <- setNames(lapply(items, function(i) paste0(i, "_", 1:2)), items)
waves <- function(model, data, same, factors, estimator, ...) lapply(EQUAL, function(equal) {
  told <- measEq.syntax(
    model, data = data, longFacNames = factors, longIndNames = same,
    ID.fac = "std.lv", long.equal = equal, auto = "all", meanstructure = TRUE,
    estimator = estimator, ...)
  cfa(as.character(told), data, estimator = estimator, control = tight, ...)
})
ladder("two_waves", waves(both, wide, same, names_of, "ML"))
ladder("two_waves_mlr", waves(both, wide, same, names_of, "MLR"),
       scaled = TRUE, robust = TRUE, method = "satorra.bentler.2001")

# Five steps, two groups; thresholds first, then loadings, intercepts, residuals
# (Wu and Estabrook 2016), WLSMV with theta parameterisation.
five <- read.csv(file.path(here, "inputs/five_steps.csv"))
trust <- "trust =~ t1 + t2 + t3 + t4 + t5"
ORDINAL <- list(configural = "", thresholds = "thresholds", metric = c("thresholds", "loadings"),
                scalar = c("thresholds", "loadings", "intercepts"),
                strict = c("thresholds", "loadings", "intercepts", "residuals"))
ordinal <- lapply(ORDINAL, function(equal) {
  told <- measEq.syntax(trust, data = five, ordered = paste0("t", 1:5), parameterization = "theta",
                        ID.fac = "std.lv", ID.cat = "Wu.Estabrook.2016", group = "group",
                        group.equal = equal)
  cfa(as.character(told), five, group = "group", ordered = paste0("t", 1:5),
      parameterization = "theta", estimator = "WLSMV", control = tight)
})
ladder("five_steps", ordinal, scaled = TRUE)
means("five_steps", "scalar", ordinal$scalar)

# Four steps, the same people in two waves: one factor of four items.
calm <- items[5:8]; four <- na.omit(wide)
model <- paste(sprintf("worry_%d =~ %s", 1:2, sapply(1:2, function(w)
  paste(paste0(calm, "_", w), collapse = " + "))), collapse = "\n")
ordered <- c(paste0(calm, "_1"), paste0(calm, "_2"))
fits <- lapply(ORDINAL, function(equal) {
  told <- measEq.syntax(model, data = four, ordered = ordered, parameterization = "theta",
                        ID.fac = "std.lv", ID.cat = "Wu.Estabrook.2016",
                        longFacNames = names_of["worry"], longIndNames = same[calm],
                        long.equal = equal, auto = "all")
  cfa(as.character(told), four, ordered = ordered, parameterization = "theta",
      estimator = "WLSMV", control = tight)
})
ladder("four_steps_waves", fits, scaled = TRUE)

file <- file.path(here, "values.csv")
cat(sprintf("# %s, lavaan %s, semTools %s\n", R.version.string, packageVersion("lavaan"),
            packageVersion("semTools")), file = file)
suppressWarnings(write.table(do.call(rbind, rows), file, sep = ",", row.names = FALSE, quote = FALSE, append = TRUE))
