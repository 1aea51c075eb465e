# How alike two simulated answers are, by numerical integration, and which change a
# design finds, by power.t.test. Run from the project root:
# Rscript tests/reference/design/make.R

cuts <- c(1.5, 2.5, 3.5, 4.5) - 4
tight <- 1e-13

# Two answers that share a normal factor: given it they are independent.
covariance <- function(rho, tau) {
  mean_given <- function(u) {
    sapply(u, function(x) sum(pnorm((sqrt(rho) * x - cuts / tau) / sqrt(1 - rho))))
  }
  product <- function(u) (mean_given(u) - sum(pnorm(-cuts / tau)))^2 * dnorm(u)
  integrate(product, -9, 9, rel.tol = tight, subdivisions = 2000L)$value
}

likeness <- function(latent) {
  within <- 1 - latent
  tau <- sqrt(latent + (0.5 + 0.3 + 0.8) * within)
  above <- pnorm(-cuts / tau)
  shares <- -diff(c(1, above, 0))
  own <- sum(shares * (1:5)^2) - sum(shares * 1:5)^2
  of <- function(v) 625 * covariance(v / tau^2, tau)
  list(
    mean = 25 * sum(above),
    variance = (625 * own + 3 * of(latent + 0.8 * within)) / 4,
    same_person = of(latent / 2 + 0.5 * within),
    same_wave = of(latent),
    other_wave = of(latent / 2)
  )
}

solve_latent <- function(icc) {
  gap <- function(latent) {
    found <- likeness(latent)
    found$same_wave / found$variance - icc
  }
  uniroot(gap, c(icc / 2, 2 * icc + 0.2), tol = 1e-15)$root
}

# Variance of the change of one unit's mean: n people twice, `pairs` of them the same.
unit_variance <- function(one, n, pairs) {
  own <- (one$variance + (n - 1) * one$same_wave) / n
  across <- (pairs * one$same_person + (n^2 - pairs) * one$other_wave) / n^2
  2 * own - 2 * across
}

rows <- list()
keep <- function(case, quantity, value) {
  rows[[length(rows) + 1]] <<- sprintf("%s,%s,%.15g", case, quantity, value)
}
for (icc in c(0.05, 0.1, 0.2)) {
  one <- likeness(solve_latent(icc))
  case <- sprintf("icc %.2f", icc)
  for (name in names(one)) keep(case, name, one[[name]])
  sd <- sqrt(unit_variance(one, 20, 12))
  keep(case, "7 units", power.t.test(7, sd = sd, power = 0.8, type = "one.sample",
    strict = TRUE, tol = 1e-12)$delta)
  keep(case, "20 units in two arms", power.t.test(10, sd = sd, power = 0.8,
    type = "two.sample", strict = TRUE, tol = 1e-12)$delta)
}
head <- sprintf("# R version %s.%s, stats", R.version$major, R.version$minor)
writeLines(c(head, "case,quantity,value", unlist(rows)),
  "tests/reference/design/values.csv")
