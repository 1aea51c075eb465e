# Writes values.csv beside this file from data/real/bhr2000.csv and inputs/, which the
# tests read. Run from the root of the project; needs MASS and sandwich. No randomness.
suppressMessages({library(MASS); library(sandwich)})
here <- "tests/reference/bias"
rows <- list()
keep <- function(case, quantity, value) rows[[length(rows) + 1]] <<- data.frame(
  case = case, quantity = quantity, value = sprintf("%.15g", value))

bhr <- read.csv("data/real/bhr2000.csv")
leader <- setdiff(names(bhr), c("GRP", "HRS", "RELIG"))
bhr$hours <- as.character(cut(bhr$HRS, c(-Inf, 10, 12, Inf), labels = c("a", "b", "c")))
two <- bhr[bhr$hours != "c", ]
gap <- read.csv(file.path(here, "inputs/empty.csv"))
cases <- list(
  two = list(two, leader, "GRP", c(1, 5)), three = list(bhr, leader, "GRP", c(2)),
  empty = list(gap, paste0("q", 1:5), "unit", c(1, 2)))

fit <- function(formula, data) polr(formula, data, Hess = TRUE,
  control = list(reltol = 1e-16, maxit = 2000))

for (name in names(cases)) for (match in c("scale", "rest")) {
  data <- cases[[name]][[1]]; items <- cases[[name]][[2]]; unit <- cases[[name]][[3]]
  data <- data[complete.cases(data[, c(items, "hours")]), ]
  for (i in cases[[name]][[4]]) {
    case <- paste(name, match, items[i], sep = "_")
    y <- data[[items[i]]]
    score <- rowSums(data[, items]) - (if (match == "rest") y else 0)
    d <- data.frame(y = factor(y), x = (score - mean(score)) / sqrt(mean((score - mean(score))^2)),
      g = factor(data$hours), u = data[[unit]])
    none <- sum(table(y) * log(table(y) / length(y)))
    m <- list(fit(y ~ x, d), fit(y ~ x + g, d), fit(y ~ x * g, d))
    ll <- sapply(m, function(f) as.numeric(logLik(f)))
    for (j in 1:3) keep(case, paste0("log_likelihood_", j), ll[j])
    n <- length(y)
    nagelkerke <- (1 - exp(2 * (none - ll) / n)) / (1 - exp(2 * none / n))
    keep(case, "r2_uniform", nagelkerke[2] - nagelkerke[1])
    keep(case, "r2_nonuniform", nagelkerke[3] - nagelkerke[2])
    keep(case, "r2_change", nagelkerke[3] - nagelkerke[1])
    keep(case, "mcfadden_change", (ll[1] - ll[3]) / none)
    more <- nlevels(d$g) - 1
    keep(case, "chi_square", 2 * (ll[3] - ll[1]))
    keep(case, "p_value", pchisq(2 * (ll[3] - ll[1]), 2 * more, lower.tail = FALSE))
    keep(case, "p_uniform", pchisq(2 * (ll[2] - ll[1]), more, lower.tail = FALSE))
    keep(case, "p_nonuniform", pchisq(2 * (ll[3] - ll[2]), more, lower.tail = FALSE))
    values <- sort(unique(y))
    expected <- function(f, at) as.numeric(predict(f, at, type = "probs") %*% values)
    for (g in levels(d$g)[-1]) {
      own <- d[d$g == g, ]; first <- own; first$g <- factor(levels(d$g)[1], levels(d$g))
      keep(case, paste0("difference_", g), mean(expected(m[[3]], own) - expected(m[[3]], first)))
    }
    # The delta method by numerical slopes, with the covariance of the model and over units.
    both <- list(independent = vcov(m[[3]]),
      units = vcovCL(m[[3]], cluster = d$u, type = "HC0", cadjust = TRUE))
    difference <- function(theta) {
      f <- m[[3]]; f$coefficients[] <- theta[seq_along(f$coefficients)]
      f$zeta[] <- theta[-seq_along(f$coefficients)]
      own <- d[d$g == levels(d$g)[2], ]; first <- own
      first$g <- factor(levels(d$g)[1], levels(d$g))
      mean(expected(f, own) - expected(f, first))
    }
    theta <- c(m[[3]]$coefficients, m[[3]]$zeta)
    slope <- sapply(seq_along(theta), function(k) {
      h <- 1e-5; up <- theta; up[k] <- up[k] + h; down <- theta; down[k] <- down[k] - h
      (difference(up) - difference(down)) / (2 * h)
    })
    for (how in names(both)) keep(case, paste0("error_", how),
      sqrt(as.numeric(slope %*% both[[how]] %*% slope)))
    slopes <- 1 + seq_len(2 * more)
    b <- m[[3]]$coefficients[slopes]; v <- both$units[slopes, slopes]
    wald <- as.numeric(b %*% solve(v, b)); q <- 2 * more; clusters <- length(unique(d$u))
    keep(case, "p_units", pf(wald * (clusters - q) / (q * (clusters - 1)), q, clusters - q,
      lower.tail = FALSE))
  }
}

versions <- sapply(c("MASS", "sandwich"), function(p) paste(p, packageVersion(p)))
file <- file.path(here, "values.csv")
writeLines(paste0("# ", R.version.string, ", ", paste(versions, collapse = ", ")), file)
suppressWarnings(write.table(do.call(rbind, rows), file, sep = ",", row.names = FALSE,
  quote = FALSE, append = TRUE))
