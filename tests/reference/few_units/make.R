# Writes tests/reference/few_units/values.csv from the rows that the tests read.
# Run from the project root: Rscript tests/reference/few_units/make.R
# Needs R with clubSandwich. No network, no randomness. Everything is done on rows of
# people: signs of whole units are changed in the rows, every arm is refitted.
suppressPackageStartupMessages(library(clubSandwich))
all_rows <- read.csv("tests/reference/few_units/inputs/rows.csv")
kept <- list()
keep <- function(case, quantity, value) {
  kept[[length(kept) + 1]] <<- data.frame(
    case = case, quantity = quantity, value = sprintf("%.15g", as.numeric(value)))
}
TIE <- 1e-9

# ---- the questions, each a regression on rows ----------------------------------
of <- function(layout) all_rows[all_rows$layout == layout, ]
changes <- function(layout) {
  d <- of(layout)
  both <- merge(d[d$wave == 0, ], d[d$wave == 1, ], by = c("unit", "person"))
  data.frame(unit = both$unit, change = both$y.y - both$y.x)
}
asked <- function(layout, question) {
  if (question == "change") {
    d <- changes(layout)
    list(model = lm(change ~ 1, d), unit = d$unit, at = 1)
  } else if (question == "wave") {
    d <- of(layout)
    list(model = lm(y ~ wave, d), unit = d$unit, at = 2)
  } else if (question == "arms") {
    d <- of(layout)
    list(model = lm(y ~ wave * treated, d), unit = d$unit, at = 4)
  } else {  # each unit's change of means counts once
    d <- of(layout)
    m <- tapply(d$y, list(d$unit, d$wave), mean)
    list(model = lm(c(m[, 2] - m[, 1]) ~ 1), unit = rownames(m), at = 1)
  }
}

# ---- CR3 --------------------------------------------------------------------------
for (layout in c("six", "eight", "ten", "nine"))
  for (question in c("change", "wave", "arms")) {
    a <- asked(layout, question)
    name <- paste0("cr3_", layout, "_", question)
    keep(name, "estimate", coef(a$model)[a$at])
    for (type in c("CR2", "CR3")) {
      v <- vcovCR(a$model, cluster = a$unit, type = type)
      keep(name, paste0("error_", tolower(type)), sqrt(v[a$at, a$at]))
    }
  }

# ---- CR2 errors, df no more than the equal units that the weaker arm counts as -----
for (layout in c("ten")) {
  d <- of(layout); a <- asked(layout, "arms")
  test <- coef_test(a$model, vcov = "CR2", cluster = a$unit, test = "Satterthwaite")[a$at, ]
  arm_of <- tapply(d$treated, d$unit, max); size <- tapply(d$y, d$unit, length)
  effective <- tapply(size, arm_of, function(n) sum(n)^2 / sum(n^2))
  df <- min(test$df_Satt, effective)
  name <- paste0("cautious_", layout, "_arms"); reach <- qt(.975, df) * test$SE
  keep(name, "estimate", test$beta); keep(name, "df", df)
  keep(name, "low", test$beta - reach); keep(name, "high", test$beta + reach)
  keep(name, "p_value", 2 * pt(-abs(test$beta) / test$SE, df))
}

# ---- wild cluster bootstrap: all 2^G signs, null imposed, CR1 errors ----------------
cr1 <- function(X, Y, unit, at) {  # many answers at once, one per column of Y
  bread <- solve(crossprod(X)); B <- bread %*% crossprod(X, Y); E <- Y - X %*% B
  along <- X %*% bread[, at]; G <- length(unique(unit)); n <- nrow(X); p <- ncol(X)
  meat <- colSums(rowsum(as.vector(along) * E, unit)^2)
  list(b = B[at, ], v = meat * G / (G - 1) * (n - 1) / (n - p))
}
wild_p <- function(a, null) {
  X <- model.matrix(a$model); y <- model.response(model.frame(a$model)); at <- a$at
  units <- unique(a$unit); G <- length(units)
  moved <- y - null * X[, at]
  fit0 <- if (ncol(X) == 1) 0 * moved else fitted(lm(moved ~ X[, -at] - 1))
  signs <- as.matrix(expand.grid(rep(list(c(-1, 1)), G)))        # 2^G by G
  W <- t(signs)[match(a$unit, units), , drop = FALSE]            # rows by 2^G
  drawn <- cr1(X, as.vector(fit0) + as.vector(moved - fit0) * W, a$unit, at)
  seen <- cr1(X, cbind(moved), a$unit, at)
  t2 <- drawn$b^2 / drawn$v; t0 <- seen$b^2 / seen$v
  sum(t2 >= t0 * (1 - TIE)) / ncol(W)
}
# First change that is rejected, walking outwards in small steps, then halving.
end_of <- function(p_at, estimate, error, side, alpha = .05, reach = 60) {
  steps <- seq(.05, reach, by = .05); inside <- 0
  for (s in steps) {
    if (p_at(estimate + side * s * error) <= alpha * (1 + TIE)) {
      out <- s
      for (i in 1:26) {
        m <- (inside + out) / 2
        if (p_at(estimate + side * m * error) > alpha * (1 + TIE)) inside <- m else out <- m
      }
      return(estimate + side * out * error)
    }
    inside <- s
  }
  side * Inf
}
keep_wild <- function(layout, question, nulls) {
  a <- asked(layout, question); name <- paste0("wild_", layout, "_", question)
  X <- model.matrix(a$model); y <- model.response(model.frame(a$model))
  seen <- cr1(X, cbind(y), a$unit, a$at)
  keep(name, "estimate", seen$b)
  keep(name, "signs", 2^length(unique(a$unit)))
  for (null in nulls)
    keep(name, paste0("as_rare_at_", null), wild_p(a, null) * 2^length(unique(a$unit)))
  error <- sqrt(as.numeric(seen$v))
  for (side in c(-1, 1))
    keep(name, if (side < 0) "low" else "high",
         end_of(function(s) wild_p(a, s), seen$b, error, side))
}
nulls <- c(0, 1, -2, 4.5)
keep_wild("six", "change", nulls); keep_wild("six", "wave", nulls)
keep_wild("eight", "change", nulls); keep_wild("eight", "wave", nulls)
keep_wild("eight", "arms", nulls); keep_wild("eight", "units", nulls)
keep_wild("ten", "change", nulls); keep_wild("ten", "wave", nulls)
keep_wild("ten", "arms", nulls)

# ---- placebo: every way to give the reform to as many units -------------------------
cr0 <- function(d, arm) {
  model <- lm(d$y ~ d$wave * arm); X <- model.matrix(model)
  score <- rowsum(X * residuals(model), d$unit) %*% solve(crossprod(X))[, 4]
  c(coef(model)[4], sum(score^2))
}
placebo_p <- function(d, null) {
  moved <- d; moved$y <- d$y - null * d$wave * d$treated
  units <- unique(d$unit); k <- length(unique(d$unit[d$treated == 1]))
  own <- cr0(moved, d$treated)
  ways <- combn(units, k, simplify = FALSE)
  drawn <- sapply(ways, function(chosen) cr0(moved, as.numeric(d$unit %in% chosen)))
  sum(drawn[1, ]^2 / drawn[2, ] >= own[1]^2 / own[2] * (1 - TIE)) / length(ways)
}
for (layout in c("nine", "six")) {
  d <- of(layout); own <- cr0(d, d$treated); name <- paste0("placebo_", layout)
  club <- vcovCR(lm(y ~ wave * treated, d), cluster = d$unit, type = "CR0")
  stopifnot(abs(club[4, 4] / own[2] - 1) < 1e-8)
  ways <- choose(length(unique(d$unit)), length(unique(d$unit[d$treated == 1])))
  keep(name, "estimate", own[1]); keep(name, "ways", ways)
  for (null in nulls) keep(name, paste0("as_rare_at_", null), placebo_p(d, null) * ways)
  alpha <- if (layout == "six") .15 else .05
  for (side in c(-1, 1))
    keep(name, if (side < 0) "low" else "high",
         end_of(function(s) placebo_p(d, s), own[1], sqrt(own[2]), side, alpha))
}

# ---- one or two units against many --------------------------------------------------
# Changes of the larger arm less their mean, each brought to the spread of a unit that
# is no part of that mean; ranks by hand.
among <- function(layout, by_size) {
  d <- of(layout); most <- mean(tapply(d$treated, d$unit, max)) > .5
  d$few <- if (most) 1 - d$treated else d$treated
  flip <- if (most) -1 else 1
  mean_change <- function(e) mean(e$y[e$wave == 1]) - mean(e$y[e$wave == 0])
  per_unit <- function(e) do.call(rbind, lapply(split(e, e$unit), function(u) data.frame(
    change = mean_change(u), n0 = sum(u$wave == 0), n1 = sum(u$wave == 1))))
  many <- per_unit(d[d$few == 0, ]); few <- per_unit(d[d$few == 1, ])
  apart <- mean_change(d[d$few == 1, ]) - mean_change(d[d$few == 0, ])
  weigh <- function(u) (u$n0 / sum(u$n0) + u$n1 / sum(u$n1)) / 2
  w <- weigh(many); r <- many$change - sum(w * many$change)
  noise <- 1 / many$n0 + 1 / many$n1
  law <- c(mean(r^2), 0)
  if (by_size && diff(range(noise)) > 0) {  # least squares with both coefficients kept from below zero
    free <- coef(lm(I(r^2) ~ noise))
    if (all(free >= 0)) law <- free
    else {
      slope <- sum(r^2 * noise) / sum(noise^2)
      one <- sum((r^2 - mean(r^2))^2); two <- sum((r^2 - slope * noise)^2)
      law <- if (one <= two) c(mean(r^2), 0) else c(0, slope)
    }
  }
  # No unit is believed to vary less than those of the larger arm do on average.
  least <- mean(r^2); by_law <- function(e) pmax(law[1] + law[2] * e, least)
  own <- by_law(noise); of_mean <- sum(w^2 * own)
  plain <- law[1] + law[2] * noise  # no floor where the others are set against one another
  standard <- r / sqrt(plain - 2 * w * plain + sum(w^2 * plain))
  part <- weigh(few)^2 * by_law(1 / few$n0 + 1 / few$n1)
  drawn <- if (nrow(few) == 1) standard
    else as.vector(outer(standard * sqrt(part[1]), standard * sqrt(part[2]), "+")) / sqrt(sum(part))
  list(estimate = flip * apart, error = sqrt(sum(part) + of_mean), drawn = drawn, law = law)
}
among_p <- function(a, null) {
  seen <- abs(a$estimate - null) / a$error
  (1 + sum(abs(a$drawn) >= seen * (1 - TIE))) / (1 + length(a$drawn))
}
# The interval in closed form: so many may lie at or beyond its ends.
among_reach <- function(a, level) {
  may <- floor((1 - level) * (1 + TIE) * (1 + length(a$drawn))) - 1
  if (may < 0) Inf else sort(abs(a$drawn), decreasing = TRUE)[may + 1] * a$error
}
keep_among <- function(layout, by_size) {
  a <- among(layout, by_size)
  name <- paste0(if (by_size) "ferman_pinto_" else "conley_taber_", layout)
  keep(name, "estimate", a$estimate); keep(name, "error", a$error)
  if (by_size) { keep(name, "law_base", a$law[1]); keep(name, "law_slope", a$law[2]) }
  keep(name, "ways", length(a$drawn) + 1)
  for (null in c(nulls, 12))
    keep(name, paste0("as_rare_at_", null), among_p(a, null) * (1 + length(a$drawn)))
  for (level in c(.95, .8)) {
    reach <- among_reach(a, level)
    keep(name, paste0("low_", 100 * level), a$estimate - reach)
    keep(name, paste0("high_", 100 * level), a$estimate + reach)
  }
}
for (layout in c("one_of_20", "one_of_26", "one_of_24_sizes")) keep_among(layout, FALSE)
for (layout in c("one_of_20", "one_of_26", "one_of_24_sizes", "two_of_22_sizes", "all_but_one_of_21"))
  keep_among(layout, TRUE)

out <- "tests/reference/few_units/values.csv"
writeLines(paste0("# ", R.version.string, ", clubSandwich ",
                  packageVersion("clubSandwich")), out)
table <- do.call(rbind, kept)
table$value[table$value %in% c("Inf", "-Inf")] <- "NA"
suppressWarnings(write.table(table, out, sep = ",", quote = FALSE, row.names = FALSE, append = TRUE))
