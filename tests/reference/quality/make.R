# Writes values.csv beside this file from inputs/ and data/real/, which the tests read.
# Run from the root of the project; needs psych, lavaan and multilevel. No randomness.
suppressMessages({library(psych); library(lavaan); library(multilevel)})
here <- "tests/reference/quality"
rows <- list()
keep <- function(case, quantity, value) rows[[length(rows) + 1]] <<- data.frame(
  case = case, quantity = quantity, value = sprintf("%.15g", value))

answers <- read.csv(file.path(here, "inputs/answers.csv"))
bhr <- read.csv("data/real/bhr2000.csv")
leader <- setdiff(names(bhr), c("GRP", "HRS", "RELIG"))
sets <- list(
  answers = list(answers[, c("q1", "q2", "q3", "q4")], answers$unit),
  three = list(answers[, c("q1", "q2", "q3")], answers$unit),
  bhr2000 = list(bhr[, leader], bhr$GRP))

for (case in names(sets)) {
  items <- sets[[case]][[1]]; group <- sets[[case]][[2]]
  whole <- complete.cases(items); full <- items[whole, ]; unit <- group[whole]
  keep(case, "n_people", nrow(full)); keep(case, "n_incomplete", sum(!whole))

  fit <- suppressWarnings(psych::alpha(full, warnings = FALSE))
  keep(case, "alpha", fit$total$raw_alpha)
  keep(case, "alpha_low", fit$feldt$lower.ci[[1]])
  keep(case, "alpha_high", fit$feldt$upper.ci[[1]])
  for (item in names(items)) {
    keep(case, paste0(item, "_mean"), mean(items[[item]], na.rm = TRUE))
    keep(case, paste0(item, "_sd"), sd(items[[item]], na.rm = TRUE))
    keep(case, paste0(item, "_item_rest"), fit$item.stats[item, "r.drop"])
    keep(case, paste0(item, "_alpha_if_dropped"), fit$alpha.drop[item, "raw_alpha"])
    seen <- items[[item]][!is.na(items[[item]])]
    keep(case, paste0(item, "_floor_share"), mean(seen == 1))
    keep(case, paste0(item, "_ceiling_share"), mean(seen == 5))
  }

  k <- ncol(full)
  model <- paste0(
    "f =~ ", paste0("l", 1:k, "*", names(full), collapse = " + "), "\n",
    paste0(names(full), " ~~ e", 1:k, "*", names(full), collapse = "\n"), "\n",
    "omega := (", paste0("l", 1:k, collapse = " + "), ")^2 / ((",
    paste0("l", 1:k, collapse = " + "), ")^2 + ", paste0("e", 1:k, collapse = " + "), ")")
  cfa <- lavaan::cfa(model, full, std.lv = TRUE)
  table <- parameterEstimates(cfa)
  keep(case, "omega", table$est[table$label == "omega"])
  keep(case, "omega_se", table$se[table$label == "omega"])
  keep(case, "objective", 2 * unname(fitMeasures(cfa, "fmin")))
  for (i in 1:k) {
    keep(case, paste0(names(full)[i], "_loading"), table$est[table$label == paste0("l", i)])
    keep(case, paste0(names(full)[i], "_uniqueness"), table$est[table$label == paste0("e", i)])
  }

  score <- rowMeans(full)
  model <- aov(score ~ factor(unit))
  mean_squares <- summary(model)[[1]]
  keep(case, "icc1", multilevel::ICC1(model)); keep(case, "icc2", multilevel::ICC2(model))
  size <- length(score) / length(unique(unit))
  sizes <- as.numeric(table(unit)); means <- as.numeric(tapply(score, unit, mean))
  spread <- function(x) {  # Wald (1940): exact for units of any size
    w <- sizes / (1 + sizes * x)
    sum(w * (means - weighted.mean(means, w))^2) / (length(sizes) - 1) / mean_squares[2, 3]
  }
  at <- function(q) uniroot(
    function(x) spread(x) - qf(q, mean_squares[1, 1], mean_squares[2, 1]),
    c(-.999999 / max(sizes), 50), tol = 1e-15, maxiter = 10000)$root
  low <- at(.975); high <- at(.025)
  keep(case, "icc1_low", low / (1 + low)); keep(case, "icc1_high", high / (1 + high))
  keep(case, "icc2_low", 1 - 1 / (1 + size * low))
  keep(case, "icc2_high", 1 - 1 / (1 + size * high))
  agree <- multilevel::rwg.j(full, unit, ranvar = (5^2 - 1) / 12)
  away <- multilevel::ad.m(full, unit, type = "mean")
  large <- agree$gsize >= 10
  keep(case, "n_units", nrow(agree)); keep(case, "n_units_agreement", sum(large))
  keep(case, "rwg_j", mean(agree$rwg.j[large]))
  keep(case, "rwg_j_median", median(agree$rwg.j[large]))
  keep(case, "ad", mean(away$AD.M[large]))
  sizes <- table(unit)
  keep(case, "design_effect", 1 + (sum(sizes^2) / sum(sizes) - 1) * multilevel::ICC1(model))
  keep(case, "mean_size", mean(sizes))
}

for (pair in list(c(0, 3), c(5, 6), c(47, 55), c(0, 40), c(40, 40), c(1, 19), c(123, 1000))) {
  case <- paste0("share_", pair[1], "_of_", pair[2])
  exact <- binom.test(pair[1], pair[2])$conf.int
  score <- suppressWarnings(prop.test(pair[1], pair[2], correct = FALSE))$conf.int
  keep(case, "exact_low", exact[1]); keep(case, "exact_high", exact[2])
  keep(case, "wilson_low", score[1]); keep(case, "wilson_high", score[2])
}

waves <- read.csv(file.path(here, "inputs/two_waves.csv"))
waves <- waves[!is.na(waves$respondent) & !is.na(waves$trust), ]
before <- waves[waves$wave == "w1", ]; after <- waves[waves$wave == "w2", ]
both <- merge(before, after, by = "respondent")
test <- cor.test(both$trust.x, both$trust.y)
keep("retest", "estimate", unname(test$estimate))
keep("retest", "low", test$conf.int[1]); keep("retest", "high", test$conf.int[2])
keep("retest", "n_people", nrow(both))
keep("retest", "n_incomplete", nrow(before) + nrow(after) - 2 * nrow(both))
lost <- !(before$respondent %in% after$respondent)
share <- prop.test(sum(lost), length(lost), correct = FALSE)
keep("attrition", "share_lost", mean(lost))
keep("attrition", "low", share$conf.int[1]); keep("attrition", "high", share$conf.int[2])
keep("attrition", "n_lost", sum(lost))
keep("attrition", "n_joined", sum(!(after$respondent %in% before$respondent)))
a <- prop.test(sum(lost[before$arm == "a"]), sum(before$arm == "a"), correct = FALSE)
b <- prop.test(sum(lost[before$arm == "b"]), sum(before$arm == "b"), correct = FALSE)
gap <- unname(b$estimate - a$estimate)
keep("attrition", "differential", gap)
keep("attrition", "differential_low",
  gap - sqrt((b$estimate - b$conf.int[1])^2 + (a$conf.int[2] - a$estimate)^2))
keep("attrition", "differential_high",
  gap + sqrt((b$conf.int[2] - b$estimate)^2 + (a$estimate - a$conf.int[1])^2))
welch <- t.test(before$trust[lost], before$trust[!lost])
keep("baseline", "estimate", unname(welch$estimate[1] - welch$estimate[2]))
keep("baseline", "low", welch$conf.int[1]); keep("baseline", "high", welch$conf.int[2])
keep("baseline", "standard_error", welch$stderr); keep("baseline", "df", unname(welch$parameter))
pooled <- sqrt((sum(lost) - 1) * var(before$trust[lost]) / (length(lost) - 2) +
  (sum(!lost) - 1) * var(before$trust[!lost]) / (length(lost) - 2))
keep("baseline", "d_pooled", unname(welch$estimate[1] - welch$estimate[2]) / pooled)
keep("baseline", "mean_stayed", mean(before$trust[!lost]))
keep("baseline", "mean_lost", mean(before$trust[lost]))

# Units at the ends of agreement: all alike, split in two halves (more spread than even
# answers, which multilevel counts as no agreement), one person, and an ordinary one.
ends <- data.frame(
  unit = rep(c("alike", "split", "alone", "usual"), c(12, 12, 1, 13)),
  q1 = c(rep(4, 12), rep(c(1, 5), 6), 3, rep(c(2, 3, 4), length.out = 13)),
  q2 = c(rep(5, 12), rep(c(5, 1), 6), 2, rep(c(3, 3, 4, 5), length.out = 13)))
agree <- multilevel::rwg.j(ends[2:3], ends$unit, ranvar = 2)
away <- multilevel::ad.m(ends[2:3], ends$unit, type = "mean")
model <- aov(rowMeans(ends[2:3]) ~ as.factor(ends$unit))
large <- agree$gsize >= 10
keep("ends", "rwg_j", mean(agree$rwg.j[large]))
keep("ends", "rwg_j_median", median(agree$rwg.j[large]))
keep("ends", "ad", mean(away$AD.M[large]))
keep("ends", "icc1", multilevel::ICC1(model)); keep("ends", "icc2", multilevel::ICC2(model))
single <- multilevel::rwg(ends$q1, ends$unit, ranvar = 2)
keep("ends_one_item", "rwg_j", mean(single$rwg[single$gsize >= 10]))

versions <- sapply(c("psych", "lavaan", "multilevel"), function(p) paste(p, packageVersion(p)))
file <- file.path(here, "values.csv")
writeLines(paste0("# ", R.version.string, ", ", paste(versions, collapse = ", ")), file)
suppressWarnings(write.table(do.call(rbind, rows), file, sep = ",", row.names = FALSE,
  quote = FALSE, append = TRUE))
