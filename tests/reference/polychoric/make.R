# Writes values.csv beside this file from inputs/ and data/real/, which the tests read.
# Run from the root of the project; needs psych, lavaan, polycor, mvtnorm. No randomness.
# inputs/sai.csv: ten of the items, time 1, every third row, of `sai` in psychTools (GPL).
suppressMessages({library(psych); library(lavaan); library(polycor); library(mvtnorm)})
here <- "tests/reference/polychoric"
rows <- list()
keep <- function(case, quantity, value) rows[[length(rows) + 1]] <<- data.frame(
  case = case, quantity = quantity, value = sprintf("%.15g", value))
if (!file.exists(file.path(here, "inputs/sai.csv"))) {
  data(sai, package = "psychTools")
  items <- c("calm", "secure", "tense", "regretful", "at.ease", "upset", "worrying",
             "rested", "anxious", "comfortable")
  first <- sai[sai$time == 1, items]
  write.csv(first[seq(1, nrow(first), 3), ], file.path(here, "inputs/sai.csv"),
            row.names = FALSE, quote = FALSE, na = "")
}

bhr <- read.csv("data/real/bhr2000.csv")
sets <- list(
  ceiling = read.csv(file.path(here, "inputs/ceiling.csv"))[, paste0("q", 1:6)],
  bhr2000 = bhr[seq(1, nrow(bhr), 4), c("AF06", "AF07", "AP12", "AP17", "AP33")],
  sai = read.csv(file.path(here, "inputs/sai.csv")))

cells <- function(a, b, rho) {
  a <- c(-Inf, a, 40); b <- c(-Inf, b, 40)
  below <- outer(seq_along(a), seq_along(b), Vectorize(function(i, j)
    if (a[i] == -Inf || b[j] == -Inf) 0 else
      pmvnorm(upper = c(a[i], b[j]), corr = matrix(c(1, rho, rho, 1), 2),
              algorithm = TVPACK(abseps = 1e-14))[1]))
  t(apply(apply(below, 2, diff), 1, diff))
}

# Olsson (1979) two steps: expected information, with the thresholds' uncertainty.
expected_error <- function(x, y, rho) {
  n <- length(x)
  cuts <- function(v) qnorm(cumsum(table(v))[-length(table(v))] / n)
  a <- cuts(x); b <- cuts(y)
  p <- cells(a, b, rho)
  h <- 1e-4
  slope <- function(move) (cells(a + h * move$a, b + h * move$b, rho + h * move$r) -
    cells(a - h * move$a, b - h * move$b, rho - h * move$r)) / (2 * h)
  zero <- list(a = 0 * a, b = 0 * b, r = 0)
  at <- function(part, k) { move <- zero; move[[part]][k] <- 1; slope(move) / p }
  s_rho <- at("r", 1)
  a22 <- sum(p * s_rho^2)
  influence <- s_rho
  F1 <- cumsum(table(x))[-length(table(x))] / n; F2 <- cumsum(table(y))[-length(table(y))] / n
  for (k in seq_along(a)) influence <- influence - sum(p * s_rho * at("a", k)) *
    ((row(p) <= k) - F1[k]) / dnorm(a[k])
  for (k in seq_along(b)) influence <- influence - sum(p * s_rho * at("b", k)) *
    ((col(p) <= k) - F2[k]) / dnorm(b[k])
  sqrt(sum(p * (influence / a22)^2) / n)
}

for (case in names(sets)) {
  full <- sets[[case]][complete.cases(sets[[case]]), ]; names <- colnames(full)
  keep(case, "n_people", nrow(full))
  fit <- lavCor(full, ordered = names, output = "fit", se = "robust.sem", estimator = "WLSMV")
  sample <- lavInspect(fit, "sampstat"); gamma <- lavInspect(fit, "gamma")
  k <- length(names)
  for (name in names(sample$th)) keep(case, sub("|", "_", name, fixed = TRUE), sample$th[[name]])
  errors <- sqrt(diag(gamma) / nrow(full))
  same <- psych::polychoric(full, correct = 0, global = FALSE)$rho
  for (i in 1:(k - 1)) for (j in (i + 1):k) {
    pair <- paste0(names[i], "_", names[j])
    keep(case, paste0(pair, "_rho"), sample$cov[i, j])
    keep(case, paste0(pair, "_psych"), same[i, j])
    keep(case, paste0(pair, "_se_observed"), errors[[paste0(names[i], "~~", names[j])]])
    if (i <= 2 && j <= 4) keep(case, paste0(pair, "_se_expected"),
      expected_error(full[[i]], full[[j]], sample$cov[i, j]))
    if (i == 1) keep(case, paste0(pair, "_polycor"), polycor::polychor(full[[i]], full[[j]]))
  }
  # All of gamma by two sums that depend on the place of every entry.
  q <- nrow(gamma)
  keep(case, "gamma_trace", sum(diag(gamma)))
  keep(case, "gamma_rows", sum(gamma * (1:q)))
  keep(case, "gamma_mixed", sum(gamma * outer(1:q, 1:q, function(i, j) cos(i) * cos(j))))
  keep(case, "gamma_first_last", gamma[1, q]); keep(case, "gamma_corner", gamma[q - 1, q])
}

# Every pair by those who answered both, thresholds from everyone.
gaps <- sets$ceiling
for (i in 1:5) gaps[seq(i, nrow(gaps), 7 + i), i] <- NA
write.csv(gaps, file.path(here, "inputs/gaps.csv"), row.names = FALSE, na = "", quote = FALSE)
for (i in 1:2) for (j in (i + 1):4) {
  both <- table(gaps[[i]], gaps[[j]])
  cuts <- lapply(gaps[c(i, j)], function(v) qnorm(cumsum(table(v))[-length(table(v))] / sum(!is.na(v))))
  value <- function(rho) sum((both * log(cells(cuts[[1]], cuts[[2]], rho)))[both > 0])
  best <- optimize(value, c(-.99, .99), maximum = TRUE, tol = 1e-8)
  keep("gaps", paste0("q", i, "_q", j, "_rho"), best$maximum)
}

# A matrix that nobody could have, made one that somebody could.
odd <- matrix(c(1, .9, -.4, .9, 1, .5, -.4, .5, 1), 3)
smooth <- suppressWarnings(psych::cor.smooth(odd))
keep("smoothing", "smallest", eigen(odd)$values[3])
for (i in 1:2) for (j in (i + 1):3) keep("smoothing", paste0("r", i, j), smooth[i, j])

# Rectangles under two correlated normal variables.
for (rho in c(-.999, -.95, -.6, 0, .3, .9, .95, .9999)) for (x in c(-1.7, .2)) {
  value <- pmvnorm(upper = c(x, .4), corr = matrix(c(1, rho, rho, 1), 2),
                   algorithm = TVPACK(abseps = 1e-14))
  keep("normal", paste0("p_", x, "_", rho), value[1])
}

versions <- sapply(c("psych", "lavaan", "polycor", "mvtnorm"),
                   function(p) paste(p, packageVersion(p)))
file <- file.path(here, "values.csv")
writeLines(paste0("# ", R.version.string, ", ", paste(versions, collapse = ", ")), file)
suppressWarnings(write.table(do.call(rbind, rows), file, sep = ",", row.names = FALSE,
  quote = FALSE, append = TRUE))
