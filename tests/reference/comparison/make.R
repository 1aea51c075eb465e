# Writes tests/reference/comparison/values.csv from the inputs that the tests read.
# Run from the project root: Rscript tests/reference/comparison/make.R
# Needs R with clubSandwich, effectsize and metafor. No network, no randomness.
suppressPackageStartupMessages({
  library(clubSandwich)
  library(effectsize)
  library(metafor)
})
rows <- list()
keep <- function(case, quantity, value) {
  rows[[length(rows) + 1]] <<- data.frame(
    case = case, quantity = quantity, value = sprintf("%.15g", as.numeric(value)))
}
keep_t <- function(case, test, sign = 1) {
  estimate <- if (length(test$estimate) == 2) -diff(test$estimate) else test$estimate
  keep(case, "estimate", estimate)
  keep(case, "standard_error", test$stderr)
  keep(case, "df", test$parameter)
  keep(case, "p_value", test$p.value)
  keep(case, "interval_low", test$conf.int[1])
  keep(case, "interval_high", test$conf.int[2])
}
keep_cr2 <- function(case, model, cluster, coefficient) {
  cr2 <- vcovCR(model, cluster = cluster, type = "CR2")
  found <- coef_test(model, vcov = cr2, test = "Satterthwaite")
  one <- found[coefficient, ]
  ends <- conf_int(model, vcov = cr2, level = 0.95, test = "Satterthwaite")[coefficient, ]
  keep(case, "estimate", one$beta)
  keep(case, "standard_error", one$SE)
  keep(case, "df", one$df_Satt)
  keep(case, "p_value", one$p_Satt)
  keep(case, "interval_low", ends$CI_L)
  keep(case, "interval_high", ends$CI_U)
}

# ---- soldiers: univbct, job satisfaction, first and third wave -----------------
u <- read.csv("data/real/univbct.csv")
x <- u$JOBSAT1; y <- u$JOBSAT3; both <- !is.na(x) & !is.na(y)
d <- y[both] - x[both]; battalion <- u$BTN[both]
keep_t("soldiers_paired", t.test(y[both], x[both], paired = TRUE))
keep("soldiers_paired", "correlation", cor(x[both], y[both]))
# effectsize searches its noncentrality to six digits; the same inversion, tighter.
search <- function(t, df, p) uniroot(function(ncp) suppressWarnings(pt(t, df, ncp)) - p,
                                     c(t - 20, t + 20), tol = 1e-14)$root
z <- cohens_d(y[both], x[both], paired = TRUE)
keep("soldiers_paired", "d_change", z$Cohens_d)
keep("soldiers_effectsize", "d_change_interval_low", z$CI_low)
keep("soldiers_effectsize", "d_change_interval_high", z$CI_high)
n <- sum(both); t <- mean(d) / sd(d) * sqrt(n)
keep("soldiers_paired", "d_change_interval_low", search(t, n - 1, .975) / sqrt(n))
keep("soldiers_paired", "d_change_interval_high", search(t, n - 1, .025) / sqrt(n))
spread <- sqrt((var(x[both]) + var(y[both])) / 2)
keep("soldiers_paired", "d_average", mean(d) / spread)
exact <- function(m) exp(lgamma(m / 2) - lgamma((m - 1) / 2)) / sqrt(m / 2)
keep("soldiers_paired", "g_average", exact(n - 1) * mean(d) / spread)
keep("soldiers_paired", "g_df", n - 1)
keep("soldiers_paired", "mean_before", mean(x[both]))
keep("soldiers_paired", "mean_after", mean(y[both]))
# Bonett (2008), linked scores, unequal variances, written out from the paper.
v1 <- var(x[both]); v2 <- var(y[both]); r <- cor(x[both], y[both]); d1 <- mean(d) / spread
se_d <- sqrt(d1^2 * (v1^2 + v2^2 + 2 * r^2 * v1 * v2) / (8 * (n - 1) * spread^4) +
             (v1 + v2 - 2 * r * sqrt(v1 * v2)) / ((n - 1) * spread^2))
keep("soldiers_paired", "d_average_interval_low", d1 - qnorm(.975) * se_d)
keep("soldiers_paired", "d_average_interval_high", d1 + qnorm(.975) * se_d)
keep("soldiers_paired", "g_average_interval_low", exact(n - 1) * (d1 - qnorm(.975) * se_d))
keep("soldiers_paired", "g_average_interval_high", exact(n - 1) * (d1 + qnorm(.975) * se_d))
keep_cr2("soldiers_people", lm(d ~ 1), battalion, 1)
unit_change <- tapply(d, battalion, mean)
keep_t("soldiers_units", t.test(unit_change))
keep("soldiers_units", "mean_before", mean(tapply(x[both], battalion, mean)))
keep("soldiers_units", "mean_after", mean(tapply(y[both], battalion, mean)))
keep("soldiers_units", "d_average", mean(unit_change) / spread)
keep("soldiers_units", "d_average_interval_low", t.test(unit_change)$conf.int[1] / spread)
keep("soldiers_units", "d_change_interval_high", t.test(unit_change)$conf.int[2] / sd(d))
company <- paste(u$BTN, u$COMPANY)[both]
keep_cr2("soldiers_assigned", lm(d ~ 1), battalion, 1)
change <- tapply(d, company, mean)
of <- tapply(battalion, company, function(v) v[1])
keep_cr2("soldiers_companies_in_battalions", lm(change ~ 1), of, 1)
keep_t("soldiers_waves", t.test(y, x))
# Bonett (2008), two groups, unequal variances; by unit the interval over the spread.
m <- c(sum(!is.na(x)), sum(!is.na(y))); v <- c(var(x, na.rm = TRUE), var(y, na.rm = TRUE))
all_spread <- sqrt(mean(v)); d2 <- (mean(y, na.rm = TRUE) - mean(x, na.rm = TRUE)) / all_spread
se_d <- sqrt(d2^2 * sum(v^2 / (m - 1)) / (8 * all_spread^4) + sum(v / (m - 1)) / all_spread^2)
keep("soldiers_waves", "d_average", d2)
keep("soldiers_waves", "d_average_interval_low", d2 - qnorm(.975) * se_d)
keep("soldiers_waves", "d_average_interval_high", d2 + qnorm(.975) * se_d)
keep("soldiers_waves", "mean_before", mean(x, na.rm = TRUE))
keep("soldiers_waves", "mean_after", mean(y, na.rm = TRUE))
long <- data.frame(v = c(x, y), after = rep(0:1, each = nrow(u)), b = rep(u$BTN, 2))
long <- long[!is.na(long$v), ]
keep_cr2("soldiers_workplace", lm(v ~ after, long), long$b, 2)
keep("soldiers_workplace", "d_average", d2)
ends <- conf_int(lm(v ~ after, long), vcov = "CR2", cluster = long$b)[2, ]
keep("soldiers_workplace", "d_average_interval_low", ends$CI_L / all_spread)
keep("soldiers_workplace", "d_average_interval_high", ends$CI_U / all_spread)

# Derrick, Russ, Toher & White (2017), written out from their paper.
derrick <- function(case, x, y, equal) {
  pairs <- !is.na(x) & !is.na(y)
  nc <- sum(pairs); n1 <- sum(!is.na(x)); n2 <- sum(!is.na(y))
  na <- n1 - nc; nb <- n2 - nc; r <- cor(x[pairs], y[pairs])
  s1 <- sd(x, na.rm = TRUE); s2 <- sd(y, na.rm = TRUE)
  if (equal) {
    sp <- sqrt(((n1 - 1) * s1^2 + (n2 - 1) * s2^2) / (n1 + n2 - 2))
    se <- sp * sqrt(1 / n1 + 1 / n2 - 2 * r * nc / (n1 * n2))
    df <- (nc - 1) + ((na + nb + nc - 1) / (na + nb + 2 * nc)) * (na + nb)
  } else {
    se <- sqrt(s1^2 / n1 + s2^2 / n2 - 2 * r * s1 * s2 * nc / (n1 * n2))
    g <- (s1^2 / n1 + s2^2 / n2)^2 /
      ((s1^2 / n1)^2 / (n1 - 1) + (s2^2 / n2)^2 / (n2 - 1))
    df <- (nc - 1) + ((g - nc + 1) / (na + nb + 2 * nc)) * (na + nb)
  }
  diff <- mean(y, na.rm = TRUE) - mean(x, na.rm = TRUE)
  keep(case, "estimate", diff); keep(case, "standard_error", se); keep(case, "df", df)
  keep(case, "p_value", 2 * pt(-abs(diff / se), df))
  keep(case, "interval_low", diff - qt(.975, df) * se)
  keep(case, "interval_high", diff + qt(.975, df) * se)
}
derrick("soldiers_overlap_equal", x, y, TRUE)
derrick("soldiers_overlap_unequal", x, y, FALSE)

# ---- two one-sided tests, from their definition ---------------------------------
margin <- 0.2
fit <- t.test(d)
keep("soldiers_equivalence", "p_equivalence", max(
  pt((mean(d) + margin) / fit$stderr, n - 1, lower.tail = FALSE),
  pt((mean(d) - margin) / fit$stderr, n - 1)))
narrow <- t.test(d, conf.level = .90)$conf.int
keep("soldiers_equivalence", "equivalence_interval_low", narrow[1])
keep("soldiers_equivalence", "equivalence_interval_high", narrow[2])

# ---- two arms: invented answers ---------------------------------------------------
a <- read.csv("tests/reference/comparison/inputs/two_arms.csv")
a$after <- as.integer(a$wave == 2021)
keep_cr2("arms_people", lm(trust ~ after * treated, a), a$area, 4)
keep_cr2("arms_people_by_unit", lm(trust ~ after * treated, a), a$unit, 4)
keep_cr2("arms_workplace", lm(trust ~ after, a), a$unit, 2)
mean_of <- tapply(a$trust, list(a$unit, a$after), mean)
moved <- mean_of[, 2] - mean_of[, 1]
reform <- tapply(a$treated, a$unit, function(v) v[1])
area <- tapply(a$area, a$unit, function(v) v[1])
keep_t("arms_units", t.test(moved[reform == 1], moved[reform == 0]))
keep_cr2("arms_units_in_areas", lm(moved ~ reform), area, 2)
keep_cr2("arms_by_person", lm(trust ~ after * treated, a), a$respondent, 4)
wide <- merge(a[a$after == 0, ], a[a$after == 1, ], by = "respondent")
keep_cr2("arms_stayed_people", lm(I(trust.y - trust.x) ~ 1, wide), wide$unit.x, 1)
pairs <- a[a$respondent %in% wide$respondent, ]
keep_cr2("arms_stayed_adjusted", lm(trust ~ after * treated, pairs), pairs$area, 4)
base <- split(a$trust[a$after == 0], a$treated[a$after == 0])
pooled <- sqrt(sum(sapply(base, function(v) (length(v) - 1) * var(v))) /
               (sum(lengths(base)) - 2))
beta <- unname(coef(lm(trust ~ after * treated, a))[4])
keep("arms_people", "d_ppc2", exact(sum(lengths(base)) - 2) * beta / pooled)
keep("arms_people", "d_ppc2_df", sum(lengths(base)) - 2)
ends <- conf_int(lm(trust ~ after * treated, a), vcov = "CR2", cluster = a$area)[4, ]
keep("arms_people", "d_ppc2_interval_low", exact(sum(lengths(base)) - 2) * ends$CI_L / pooled)
keep("arms_people", "d_ppc2_interval_high", exact(sum(lengths(base)) - 2) * ends$CI_U / pooled)
cell <- tapply(a$trust, list(a$treated, a$after), mean)
keep("arms_people", "mean_before", cell["1", "0"])
keep("arms_people", "mean_after", cell["1", "1"])
keep("arms_people", "mean_before_comparison", cell["0", "0"])
keep("arms_people", "mean_after_comparison", cell["0", "1"])
keep("arms_units", "mean_before", mean(mean_of[reform == 1, 1]))
keep("arms_units", "mean_after_comparison", mean(mean_of[reform == 0, 2]))

# ---- awkward layouts: uneven, giant, silent and tiny units, movers, no codes ---------
w <- read.csv("tests/reference/comparison/inputs/awkward.csv")
for (layout in unique(w$layout)) {
  s <- w[w$layout == layout, ]; s$after <- as.integer(s$wave == 2021)
  first <- s[s$after == 0 & !is.na(s$respondent), ]
  began <- first$unit[match(s$respondent, first$respondent)]
  s$home <- ifelse(is.na(s$respondent) | is.na(began), s$unit, began)
  s$arm <- s$home %% 2  # units have numbers from 1; the odd ones had the reform
  z <- merge(first, s[s$after == 1 & !is.na(s$respondent), ], by = "respondent")
  z$d <- z$trust.y - z$trust.x
  case <- paste0("awkward_", layout)
  keep_cr2(paste0(case, "_paired"), lm(d ~ 1, z), z$unit.x, 1)
  keep_t(paste0(case, "_paired_units"), t.test(tapply(z$d, z$unit.x, mean)))
  keep_cr2(paste0(case, "_workplace"), lm(trust ~ after, s), s$home, 2)
  of <- tapply(s$trust, list(s$home, s$after), mean); of <- of[complete.cases(of), ]
  keep_t(paste0(case, "_workplace_units"), t.test(of[, 2] - of[, 1]))
  if (layout == "two_units") next
  keep_cr2(paste0(case, "_arms"), lm(trust ~ after * arm, s), s$home, 4)
  odd <- as.integer(rownames(of)) %% 2 == 1; step <- of[, 2] - of[, 1]
  keep_t(paste0(case, "_arms_units"), t.test(step[odd], step[!odd]))
}

# ---- a cluster that alone decides a coefficient: leverage 1, pseudo-inverse ----------
g <- rep(1:5, c(6, 5, 7, 4, 6)); i <- 1:28
x1 <- sin(i); x2 <- as.integer(g == 1); y1 <- cos(3 * i) + g / 5
lever <- lm(y1 ~ x1 + x2)
for (j in 1:3) keep_cr2(paste0("leverage_", j - 1), lever, g, j)

# ---- Morris (2008), table of five studies, as in metafor's own analysis example ----
T <- data.frame(pre = c(30.6, 23.5, 0.5, 53.4, 35.6), post = c(38.5, 26.8, 0.7, 75.9, 36),
                sd = c(15, 3.1, 0.1, 14.5, 4.7), n = c(20, 50, 9, 10, 14))
C <- data.frame(pre = c(23.1, 24.9, 0.6, 55.7, 34.8), post = c(19.7, 25.3, 0.6, 60.7, 33.4),
                sd = c(13.8, 4.1, 0.2, 17.3, 3.1), n = c(20, 42, 9, 11, 14))
sdp <- sqrt(((T$n - 1) * T$sd^2 + (C$n - 1) * C$sd^2) / (T$n + C$n - 2))
J <- metafor:::.cmicalc(T$n + C$n - 2)
morris <- J * ((T$post - T$pre) - (C$post - C$pre)) / sdp
for (i in 1:5) keep("morris", paste0("d_ppc2_", i), morris[i])
for (m in c(2, 5, 10, 33, 441)) keep("gamma", paste0("df_", m), metafor:::.cmicalc(m))

# ---- shares -------------------------------------------------------------------------
top <- function(v) as.integer(v >= 4)
wx <- top(wide$q1.x); wy <- top(wide$q1.y)
keep("shares_mcnemar", "p_value", mcnemar.test(wx, wy, correct = FALSE)$p.value)
# Tango's interval from the likelihood itself: the restricted estimate is searched for,
# not taken from a formula, and the score is formed at it.
tango <- function(b, c, n, delta) {
  free <- function(q) { # q: share of losses; gains are q + delta
    p <- q + delta
    (if (c > 0) c * log(p) else 0) + (if (b > 0) b * log(q) else 0) +
      (n - b - c) * log(1 - p - q)
  }
  low <- max(0, -delta); high <- (1 - delta) / 2
  q <- optimize(free, c(low, high), maximum = TRUE, tol = 1e-13)$maximum
  (c - b - n * delta) / sqrt(n * (2 * q + delta - delta^2))
}
gain <- sum(wy > wx); loss <- sum(wx > wy); m <- length(wx); est <- (gain - loss) / m
solve_for <- function(f, limit, from, to) {
  uniroot(function(v) f(v) - limit, c(from, to), tol = 1e-13)$root
}
tf <- function(v) tango(loss, gain, m, v)
keep("shares_mcnemar", "estimate", est)
keep("shares_mcnemar", "mean_before", mean(wx)); keep("shares_mcnemar", "mean_after", mean(wy))
keep("shares_mcnemar", "p_equivalence", max(pnorm(tf(.1)), pnorm(-tf(-.1))))
keep("shares_mcnemar", "equivalence_interval_low", solve_for(tf, qnorm(.95), est - .4, est))
keep("shares_mcnemar", "interval_low", solve_for(tf, qnorm(.975), est - .4, est))
keep("shares_mcnemar", "interval_high", solve_for(tf, -qnorm(.975), est, est + .4))
k0 <- sum(top(a$q1[a$after == 0])); n0 <- sum(a$after == 0)
k1 <- sum(top(a$q1[a$after == 1])); n1 <- sum(a$after == 1)
two <- prop.test(c(k1, k0), c(n1, n0), correct = FALSE)
keep("shares_unlinked", "p_value", two$p.value)
mee <- function(delta) {
  free <- function(p0) dbinom(k0, n0, p0, log = TRUE) + dbinom(k1, n1, p0 + delta, log = TRUE)
  low <- max(0, -delta); high <- min(1, 1 - delta)
  p0 <- optimize(free, c(low, high), maximum = TRUE, tol = 1e-13)$maximum
  p1 <- p0 + delta
  (k1 / n1 - k0 / n0 - delta) / sqrt(p1 * (1 - p1) / n1 + p0 * (1 - p0) / n0)
}
gap <- k1 / n1 - k0 / n0
keep("shares_unlinked", "estimate", gap)
keep("shares_unlinked", "p_equivalence", max(pnorm(mee(.2)), pnorm(-mee(-.2))))
keep("shares_unlinked", "equivalence_interval_high", solve_for(mee, -qnorm(.95), gap, gap + .4))
keep("shares_unlinked", "interval_low", solve_for(mee, qnorm(.975), gap - .4, gap))
keep("shares_unlinked", "interval_high", solve_for(mee, -qnorm(.975), gap, gap + .4))
w0 <- prop.test(k0, n0, correct = FALSE)$conf.int
keep("shares_unlinked", "before_interval_low", w0[1])
keep("shares_unlinked", "before_interval_high", w0[2])
a$top <- top(a$q1)
keep_cr2("shares_workplace", lm(top ~ after, a), a$unit, 2)
keep_cr2("shares_stayed", lm(I(wy - wx) ~ 1), wide$unit.x, 1)
# Korn & Graubard's effective n from the linearised variance of a ratio.
b0 <- a[a$after == 0, ]; G <- length(unique(b0$unit)); p <- mean(b0$top)
z0 <- tapply(b0$top - p, b0$unit, sum)
v <- G / (G - 1) * sum((z0 - mean(z0))^2) / n0^2
effective <- p * (1 - p) / v * (qt(.975, n0 - 1) / qt(.975, G - 1))^2
keep("shares_workplace", "effective_before", effective)
w <- suppressWarnings(prop.test(p * effective, effective, correct = FALSE)$conf.int)
keep("shares_workplace", "before_interval_low", w[1])
keep("shares_workplace", "before_interval_high", w[2])
keep("shares_workplace", "mean_before", p)
keep("shares_workplace", "mean_after", mean(a$top[a$after == 1]))
effective_of <- function(top, unit, weight = rep(1, length(top))) {
  p <- mean(top); G <- length(unique(unit)); z <- tapply(top - p, unit, sum)
  v <- G / (G - 1) * sum((z - mean(z))^2) / length(top)^2
  min(length(top), p * (1 - p) / v * (qt(.975, length(top) - 1) / qt(.975, G - 1))^2)
}
keep("shares_workplace", "effective_after",
     effective_of(a$top[a$after == 1], a$unit[a$after == 1]))
keep("shares_stayed", "effective_before", effective_of(wx, wide$unit.x))
keep("shares_stayed", "effective_after", effective_of(wy, wide$unit.x))

# ---- standardised difference of two groups: Bonett (2008), unweighted standardiser ----
m <- c(35.1, 26.7); v <- c(7.32, 6.98)^2; k <- c(30, 30)
d <- -diff(m) / sqrt(mean(v))
se <- sqrt(d^2 * sum(v^2 / (k - 1)) / (8 * mean(v)^2) + sum(v / (k - 1)) / mean(v))
keep("bonett_unlinked", "d", d)
keep("bonett_unlinked", "low", d - qnorm(.975) * se)
keep("bonett_unlinked", "high", d + qnorm(.975) * se)

# ---- several outcomes -----------------------------------------------------------------
p <- c(.001, .04, .03, .2, .0004, .04, .9)
for (i in seq_along(p)) {
  keep("adjust", paste0("holm_", i), p.adjust(p, "holm")[i])
  keep("adjust", paste0("benjamini-hochberg_", i), p.adjust(p, "BH")[i])
}

version <- function(name) paste(name, packageVersion(name))
note <- paste("#", R.version.string, version("clubSandwich"), version("effectsize"),
              version("metafor"), sep = ", ")
out <- "tests/reference/comparison/values.csv"
writeLines(sub("#,", "#", note), out)
suppressWarnings(write.table(do.call(rbind, rows), out, sep = ",", row.names = FALSE,
                             quote = FALSE, append = TRUE))
