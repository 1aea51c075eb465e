# Writes values.csv beside this file from inputs/, which the tests read.
# Run from the root of the project; needs psych, lme4 and clubSandwich. No randomness.
suppressMessages({library(psych); library(lme4); library(clubSandwich)})
here <- "tests/reference/agreement"
rows <- list()
keep <- function(case, quantity, value) rows[[length(rows) + 1]] <<- data.frame(
  case = case, quantity = quantity, value = sprintf("%.15g", unname(value)))
read <- function(name) read.csv(file.path(here, "inputs", name))
wide_of <- function(long, column) {
  cells <- reshape(long[, c("target", "criterion", column, "value")], direction = "wide",
                   idvar = c("target", "criterion"), timevar = column)
  cells[order(cells$target, cells$criterion), ]
}

# Shrout and Fleiss (1979): six targets, four judges; psych without lme4 is closed form.
icc_of <- function(case, ratings) {
  found <- suppressWarnings(psych::ICC(ratings, lmer = FALSE))$results
  names <- c("icc(1,1)", "icc(2,1)", "icc(3,1)", "icc(1,k)", "icc(2,k)", "icc(3,k)")
  for (i in 1:6) {
    keep(case, names[i], found$ICC[i])
    keep(case, paste0(names[i], "_low"), found$`lower bound`[i])
    keep(case, paste0(names[i], "_high"), found$`upper bound`[i])
  }
}
shrout <- read("shrout.csv")
icc_of("shrout", as.matrix(wide_of(shrout, "rater")[, -(1:2)]))

roles <- read("roles.csv")
pairs <- wide_of(roles, "rater_role")
pairs <- pairs[complete.cases(pairs), ]
names(pairs)[3:4] <- c("self", "observer")
one <- pairs[pairs$criterion == "c1", ]
icc_of("one", as.matrix(one[, c("self", "observer")]))
every <- suppressWarnings(psych::ICC(as.matrix(pairs[, 3:4]), lmer = FALSE))$results
for (i in 1:6) keep("every", c("icc(1,1)", "icc(2,1)", "icc(3,1)", "icc(1,k)", "icc(2,k)",
                               "icc(3,k)")[i], every$ICC[i])

# The same from variance components (iterative): targets and judges at random.
fit <- lmer(value ~ 1 + (1 | target) + (1 | rater), shrout,
            control = lmerControl(optCtrl = list(xtol_abs = 1e-12, ftol_abs = 1e-12)))
parts <- as.data.frame(VarCorr(fit)); parts <- setNames(parts$vcov, parts$grp)
keep("shrout", "components", parts[["target"]] / sum(parts))

# Kappa: psych for the number, and for the variance without weights. With weights the
# variance of Fleiss, Cohen and Everitt (1969) is written out: psych 2.2.9 averages
# the weights of the columns with rowSums(w * rs) where their formula has rs %*% w.
steps <- 4
linear <- 1 - abs(outer(1:steps, 1:steps, "-")) / (steps - 1)
square <- 1 - outer(1:steps, 1:steps, "-")^2 / (steps - 1)^2
large_sample <- function(two, w) {
  x <- table(factor(two[, 1], 1:steps), factor(two[, 2], 1:steps)); n <- sum(x); x <- x / n
  rs <- rowSums(x); cs <- colSums(x); po <- sum(w * x); pe <- sum(w * outer(rs, cs))
  means <- outer(as.vector(w %*% cs), as.vector(rs %*% w), "+")
  sqrt((sum(x * (w * (1 - pe) - means * (1 - po))^2) - (po * pe - 2 * pe + po)^2) /
         (n * (1 - pe)^4))
}
kappas <- function(case, two) {
  found <- suppressWarnings(psych::cohen.kappa(two, levels = 1:steps))
  line <- suppressWarnings(psych::cohen.kappa(two, w = linear, levels = 1:steps))
  keep(case, "kappa", found$kappa); keep(case, "kappa_se", sqrt(found$var.kappa))
  keep(case, "quadratic", found$weighted.kappa)
  keep(case, "quadratic_se", large_sample(two, square))
  keep(case, "linear", line$weighted.kappa); keep(case, "linear_se", large_sample(two, linear))
  keep(case, "kappa_low", found$confid[1, 1]); keep(case, "kappa_high", found$confid[1, 3])
}
kappas("one", one[, c("self", "observer")])
kappas("every", pairs[, c("self", "observer")])

# Each target left out in turn: Fisher's z, Student's t (written out).
left_out <- function(case, quantity, of, data, z = TRUE) {
  targets <- unique(data$target); g <- length(targets)
  to <- if (z) atanh else identity; back <- if (z) tanh else identity
  whole <- of(data)
  without <- sapply(targets, function(t) of(data[data$target != t, ]))
  spread <- function(x, at) sqrt((g - 1) / g * sum((x - at)^2))
  reach <- qt(0.975, g - 1) * spread(to(without), to(whole))
  keep(case, quantity, whole)
  keep(case, paste0(quantity, "_se"), spread(without, whole))
  keep(case, paste0(quantity, "_low"), back(to(whole) - reach))
  keep(case, paste0(quantity, "_high"), back(to(whole) + reach))
}
weighted <- function(w) function(d)
  suppressWarnings(psych::cohen.kappa(d[, c("self", "observer")], w = w,
                                      levels = 1:steps))$weighted.kappa
left_out("by_target", "quadratic", weighted(square), pairs)
left_out("by_target", "linear", weighted(linear), pairs)
left_out("by_target", "icc(2,1)", function(d)
  suppressWarnings(psych::ICC(as.matrix(d[, 3:4]), lmer = FALSE))$results$ICC[2], pairs)
left_out("by_target", "icc(1,1)", function(d)
  suppressWarnings(psych::ICC(as.matrix(d[, 3:4]), lmer = FALSE))$results$ICC[1], pairs)

# Krippendorff's alpha, written out over all pairs of ratings (no coincidence matrix).
alpha <- function(cells, metric) {
  cells <- lapply(cells, function(v) v[!is.na(v)]); cells <- cells[lengths(cells) > 1]
  all <- unlist(cells); n <- length(all)
  counts <- table(factor(all, sort(unique(all)))); values <- as.numeric(names(counts))
  far <- function(a, b) switch(metric, nominal = as.numeric(a != b), interval = (a - b)^2,
    ordinal = { i <- match(min(a, b), values); j <- match(max(a, b), values)
                (sum(counts[i:j]) - (counts[[i]] + counts[[j]]) / 2)^2 })
  d <- Vectorize(far)
  observed <- sum(sapply(cells, function(v) sum(outer(v, v, d)) / (length(v) - 1))) / n
  expected <- sum(outer(all, all, d)) / (n * (n - 1))
  1 - observed / expected
}
# Krippendorff (2011), "Computing Krippendorff's alpha-reliability", example C.
coded <- read("krippendorff.csv")
cells <- split(coded$value, coded$target)
for (m in c("nominal", "ordinal", "interval")) keep("krippendorff", m, alpha(cells, m))
of_roles <- function(m) function(d) alpha(lapply(split(d, seq_len(nrow(d))), function(r)
  c(r$self, r$observer)), m)
for (m in c("nominal", "ordinal", "interval")) left_out("by_target", m, of_roles(m), pairs)

# Signed bias and limits of agreement, several points per target (Bland, Altman 2007).
pairs$apart <- pairs$self - pairs$observer
left_out("bias", "bias", function(d) mean(d$apart), pairs, z = FALSE)
model <- lm(apart ~ 1, pairs); g <- length(unique(pairs$target))
keep("bias", "cr3_se", sqrt((g - 1) / g * vcovCR(model, pairs$target, "CR3")[1, 1]))
total <- function(d) {
  table <- summary(aov(apart ~ factor(target), d))[[1]]$`Mean Sq`
  m <- as.numeric(table(d$target)); n <- sum(m)
  typical <- (n - sum(m^2) / n) / (length(m) - 1)
  sqrt(max((table[1] - table[2]) / typical, 0) + table[2])
}
for (side in c(-1, 1)) left_out("bias", if (side < 0) "low" else "high", function(d)
  mean(d$apart) + side * qnorm(0.975) * total(d), pairs, z = FALSE)
keep("one_bias", "bias", mean(one$self - one$observer))
ends <- t.test(one$self - one$observer)$conf.int
keep("one_bias", "bias_low", ends[1]); keep("one_bias", "bias_high", ends[2])
keep("one_bias", "low", mean(one$self - one$observer) - qnorm(0.975) * sd(one$self - one$observer))

# One-way with uneven numbers of raters.
uneven <- roles[!is.na(roles$value), ]
uneven <- uneven[uneven$criterion == "c1" | uneven$rater_role == "self", ]
uneven <- uneven[uneven$target %in% names(which(table(uneven$target) > 1)), ]
squares <- summary(aov(value ~ factor(target), uneven))[[1]]$`Mean Sq`
k <- nrow(uneven) / length(unique(uneven$target))
keep("uneven", "icc(1,1)", (squares[1] - squares[2]) / (squares[1] + (k - 1) * squares[2]))
keep("uneven", "icc(1,k)", 1 - squares[2] / squares[1]); keep("uneven", "k", k)

versions <- paste0("# ", R.version.string, ", ", paste(sapply(c("psych", "lme4", "clubSandwich"),
  function(p) paste(p, packageVersion(p))), collapse = ", "))
path <- file.path(here, "values.csv")
writeLines(versions, path)
suppressWarnings(write.table(do.call(rbind, rows), path, sep = ",", quote = 2,
                             row.names = FALSE, append = TRUE))
