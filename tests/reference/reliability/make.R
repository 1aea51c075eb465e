# Writes values.csv beside this file, and inputs/bfi.csv, inputs/holzinger.csv from
# data that come with R packages under the GPL (psych, lavaan), which the tests read.
# Run from the root of the project; needs psych, GPArotation, lavaan, semTools, metafor.
suppressMessages({library(psych); library(lavaan); library(semTools); library(metafor)})
here <- "tests/reference/reliability"
rows <- list()
keep <- function(case, quantity, value) rows[[length(rows) + 1]] <<- data.frame(
  case = case, quantity = quantity, value = sprintf("%.15g", value))
quiet <- function(x) {
  sink(tempfile()); on.exit(sink()); suppressMessages(suppressWarnings(x))
}

keys <- c("A1", "C4", "C5", "E1", "E2", "O2", "O5")  # reversed, by psych::bfi.keys
bfi <- na.omit(psych::bfi)[1:600, c(1:25, 27)]
write.csv(bfi, file.path(here, "inputs/bfi.csv"), row.names = FALSE, quote = FALSE)
holzinger <- lavaan::HolzingerSwineford1939
write.csv(holzinger[, c("sex", "school", paste0("x", 1:9))],
  file.path(here, "inputs/holzinger.csv"), row.names = FALSE, quote = FALSE)
bfi <- read.csv(file.path(here, "inputs/bfi.csv"))
holzinger <- read.csv(file.path(here, "inputs/holzinger.csv"))
turned <- bfi; turned[keys] <- 7 - turned[keys]
calm <- turned; calm[paste0("N", 1:5)] <- 7 - calm[paste0("N", 1:5)]  # one direction for omega
answers <- read.csv("tests/reference/quality/inputs/answers.csv")
bhr <- read.csv("data/real/bhr2000.csv")[, 2:12]

sets <- list(
  answers = na.omit(answers[, c("q1", "q2", "q3", "q4")]), bhr2000 = bhr,
  holzinger = holzinger[, paste0("x", 1:9)], bfi = turned[, 1:25],
  agreeable = turned[, 1:5])

# The standard error from the fourth moments, with the whole matrix of them.
free <- function(x, f) {
  x <- scale(as.matrix(x), scale = FALSE); n <- nrow(x); k <- ncol(x)
  place <- which(lower.tri(diag(k), diag = TRUE), arr.ind = TRUE)
  gamma <- cov(x[, place[, 1]] * x[, place[, 2]])
  s <- cov(x); g <- numeric(nrow(place))
  for (i in seq_along(g)) {
    h <- 1e-5 * sqrt(s[place[i, 1], place[i, 1]] * s[place[i, 2], place[i, 2]])
    up <- down <- s
    up[place[i, 1], place[i, 2]] <- up[place[i, 2], place[i, 1]] <- up[place[i, 1], place[i, 2]] + h
    down[place[i, 1], place[i, 2]] <- down[place[i, 2], place[i, 1]] <- down[place[i, 1], place[i, 2]] - h
    g[i] <- (f(up) - f(down)) / (2 * h)
  }
  sqrt(drop(g %*% gamma %*% g) / n)
}
alpha_of <- function(s) ncol(s) / (ncol(s) - 1) * (1 - tr(s) / sum(s))
lambda_1 <- function(s) 1 - tr(s) / sum(s)
off <- function(s) { diag(s) <- 0; s }
lambdas <- list(
  alpha = alpha_of, alpha_standardised = function(s) alpha_of(cov2cor(s)),
  lambda_1 = lambda_1,
  lambda_2 = function(s) lambda_1(s) + sqrt(ncol(s) / (ncol(s) - 1) * sum(off(s)^2)) / sum(s),
  lambda_5 = function(s) lambda_1(s) + 2 * sqrt(max(colSums(off(s)^2))) / sum(s),
  lambda_6 = function(s) 1 - sum(1 / diag(solve(s))) / sum(s))

for (case in names(sets)) {
  x <- sets[[case]]
  whole <- quiet(psych::alpha(x, warnings = FALSE))
  keep(case, "alpha_standardised", whole$total$std.alpha)
  for (name in names(lambdas)) keep(case, paste0(name, "_se"), free(x, lambdas[[name]]))
  g <- quiet(psych::guttman(x))
  for (i in c(1, 2, 5, 6))
    keep(case, paste0("lambda_", i, "_standardised"), g[[paste0("lambda.", i)]])
  s <- cov(x)
  for (name in names(lambdas)[3:6]) keep(case, name, lambdas[[name]](s))
  sem <- sqrt(sum(s) * (1 - alpha_of(s))) / ncol(x)
  keep(case, "sem", sem)
  keep(case, "sem_se", free(x, function(s) sqrt(sum(s) * (1 - alpha_of(s))) / ncol(x)))
  r <- cor(x); keep(case, paste0("eigen_", seq_along(r[1, ])), eigen(r)$values)
  diag(r) <- smc(r); keep(case, paste0("axis_", seq_along(r[1, ])), eigen(r)$values)
}

# All splits into halves; psych leaves out half of them where the number is odd.
for (case in c("answers", "bhr2000")) {
  x <- sets[[case]][, 1:(2 * (ncol(sets[[case]]) %/% 2))]
  for (covar in c(TRUE, FALSE)) {
    h <- quiet(splitHalf(x, raw = TRUE, covar = covar, check.keys = FALSE))
    end <- if (covar) "" else "_standardised"
    keep(case, paste0("split_half_best", end), h$maxrb)
    keep(case, paste0("split_half_mean", end), h$meanr)
    keep(case, paste0("split_half_worst", end), h$minrb)
    keep(case, paste0("splits", end), length(h$raw))
  }
}

for (case in c("answers", "bhr2000", "agreeable")) {
  x <- sets[[case]]
  p <- quiet(psych::polychoric(x, correct = 0, smooth = FALSE))
  keep(case, "alpha_ordinal", quiet(psych::alpha(p$rho)$total$std.alpha))
  model <- paste("f =~", paste(names(x), collapse = " + "))
  fit <- quiet(cfa(model, x, ordered = TRUE, std.lv = TRUE))
  keep(case, "omega_categorical", quiet(semTools::reliability(fit))["omega3", 1])
  keep(case, paste0("loading_", names(x)), lavInspect(fit, "est")$lambda[, 1])
}

for (case in c("bhr2000", "holzinger", "bfi")) {
  m <- if (case == "bfi") 5 else 3
  x <- if (case == "bfi") calm[, 1:25] else sets[[case]]
  o <- quiet(psych::omega(x, m, plot = FALSE, flip = FALSE))
  keep(case, "omega_hierarchical_standardised", o$omega_h)
  keep(case, paste0("general_", names(x)), o$schmid$sl[, "g"])
}

# Alphas of independent groups: Hakstian and Whalen (1976), fixed-effect weights.
for (by in list(c("holzinger", "school"), c("bfi", "education"))) {
  x <- if (by[1] == "bfi") cbind(turned[, 1:5], education = bfi$education) else
    holzinger[, c(paste0("x", 1:9), "school")]
  parts <- split(x[, names(x) != by[2]], x[[by[2]]])
  a <- sapply(parts, function(p) alpha_of(cov(p))); n <- sapply(parts, nrow)
  test <- rma(measure = "AHW", ai = a, mi = rep(ncol(parts[[1]]), length(a)), ni = n, method = "FE")
  keep(paste0(by[1], "_groups"), "statistic", test$QE)
  keep(paste0(by[1], "_groups"), "df", length(parts) - 1)
  keep(paste0(by[1], "_groups"), "p_value", test$QEp)
  keep(paste0(by[1], "_groups"), paste0("alpha_", names(parts)), a)
}

versions <- sapply(c("psych", "GPArotation", "lavaan", "semTools", "metafor"),
  function(p) paste(p, packageVersion(p)))
file <- file.path(here, "values.csv")
writeLines(paste0("# ", R.version.string, ", ", paste(versions, collapse = ", ")), file)
suppressWarnings(write.table(do.call(rbind, rows), file, sep = ",", row.names = FALSE,
  quote = FALSE, append = TRUE))
