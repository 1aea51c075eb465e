# Writes values.csv beside this file from inputs/, which the tests read: judgements of
# the synthetic samples (layers, lessons), made-up numbers (bridge), and two data sets of
# the R package lme4 (GPL-2 or later: penicillin, pastes) that are written here first.
# Run from the root of the project; needs lme4, clubSandwich and psych. No randomness.
suppressMessages({library(lme4); library(clubSandwich); library(psych)})
here <- "tests/reference/severity"
rows <- list()
keep <- function(case, quantity, value) rows[[length(rows) + 1]] <<- data.frame(
  case = case, quantity = quantity, value = sprintf("%.15g", value))
input <- function(name) read.csv(file.path(here, "inputs", name), stringsAsFactors = FALSE)
tight <- lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-12, maxfun = 1e5),
                     check.conv.singular = "ignore", calc.derivs = FALSE)
variances <- function(case, model) {
  found <- as.data.frame(VarCorr(model))
  for (i in seq_len(nrow(found))) keep(case, found$grp[i], found$vcov[i])
}

# Two data sets of lme4: plates x samples crossed, casks within batches.
write.csv(data.frame(target = Penicillin$plate, rater = Penicillin$sample,
                     value = Penicillin$diameter),
          file.path(here, "inputs/penicillin.csv"), row.names = FALSE, quote = FALSE)
write.csv(data.frame(target = Pastes$batch, rater = Pastes$cask,
                     round = rep(1:2, nrow(Pastes) / 2), value = Pastes$strength),
          file.path(here, "inputs/pastes.csv"), row.names = FALSE, quote = FALSE)
variances("penicillin", lmer(diameter ~ 1 + (1 | plate) + (1 | sample), Penicillin,
                             control = tight))
pastes <- lmer(strength ~ 1 + (1 | batch) + (1 | batch:cask), Pastes, control = tight)
variances("pastes", pastes)

# The expected information of the variances, from V written out in full.
part <- as.data.frame(VarCorr(pastes))
size <- setNames(part$vcov, part$grp)
zz <- function(f) tcrossprod(model.matrix(~ 0 + factor(f)))
made <- list(zz(Pastes$batch), zz(paste(Pastes$batch, Pastes$cask)), diag(nrow(Pastes)))
v <- size["batch"] * made[[1]] + size["batch:cask"] * made[[2]] + size["Residual"] * made[[3]]
x <- matrix(1, nrow(Pastes), 1); vi <- solve(v)
p <- vi - vi %*% x %*% solve(t(x) %*% vi %*% x) %*% t(x) %*% vi
info <- sapply(made, function(a) sapply(made, function(b) sum(diag(p %*% a %*% p %*% b)) / 2))
around <- solve(info)
for (i in 1:3) for (j in i:3) keep("pastes", paste("covariance", i, j), around[i, j])

# One facet crossed with targets: Shrout and Fleiss (1979), as psych prints it.
sf <- matrix(c(9, 6, 8, 7, 10, 6, 2, 1, 4, 1, 5, 2, 5, 3, 6, 2, 6, 4, 8, 2, 8, 6, 9, 7), 6)
rated <- data.frame(target = rep(1:6, 4), rater = rep(1:4, each = 6), value = c(sf))
write.csv(rated, file.path(here, "inputs/shrout_fleiss.csv"), row.names = FALSE, quote = FALSE)
icc <- psych::ICC(sf, lmer = FALSE)$results
keep("shrout_fleiss", "absolute 1", icc$ICC[2]); keep("shrout_fleiss", "relative 1", icc$ICC[3])
keep("shrout_fleiss", "absolute 4", icc$ICC[5]); keep("shrout_fleiss", "relative 4", icc$ICC[6])
keep("shrout_fleiss", "nested 1", icc$ICC[1]); keep("shrout_fleiss", "nested 4", icc$ICC[4])

# Two facets within targets: inspectors x lessons of a school.
lessons <- input("lessons.csv")
lessons$value <- lessons$value - ave(lessons$value, lessons$criterion)
cells <- aggregate(value ~ target + rater + round, lessons, mean)
fit <- lmer(value ~ 1 + (1 | target) + (1 | target:rater) + (1 | target:round), cells,
            control = tight)
variances("lessons", fit)
part <- as.data.frame(VarCorr(fit)); size <- setNames(part$vcov, part$grp)
for (m in c(1, 2, 4)) for (k in c(1, 6, 8)) {
  error <- size["target:rater"] / m + size["target:round"] / k + size["Residual"] / (m * k)
  keep("lessons", paste("reliability", m, k), size["target"] / (size["target"] + error))
}

# Three layers: spread of raters; severity and its drift beside single persons.
layers <- input("layers.csv"); layers$round <- factor(layers$round)
layers$when <- interaction(layers$rater_role, layers$round)
fit <- lmer(value ~ when + criterion + (1 | target) + (1 | target:criterion) + (1 | rater),
            layers, control = tight)
variances("layers", fit)
for (role in c("team", "observer")) {
  both <- layers[layers$rater_role %in% c("self", role), ]
  cell <- tapply(both$value, list(with(both, paste(target, criterion, round, sep = "|")),
                                  both$rater_role), mean)
  gap <- cell[, role] - cell[, "self"]; gap <- gap[!is.na(gap)]
  what <- do.call(rbind, strsplit(names(gap), "|", fixed = TRUE))
  mean_gap <- tapply(gap, what[, 1], mean)
  slope <- tapply(seq_along(gap), paste(what[, 1], what[, 2], sep = "|"), function(at) {
    year <- as.numeric(what[at, 3])
    if (length(at) < 2) NA else unname(coef(lm(gap[at] ~ year))[2])
  })
  slope <- slope[!is.na(slope)]
  drift <- tapply(slope, sub("\\|.*", "", names(slope)), mean)
  for (one in list(list("severity", mean_gap), list("drift", drift))) {
    model <- lm(y ~ 1, data.frame(y = as.numeric(one[[2]])))
    test <- coef_test(model, vcov = "CR2", cluster = names(one[[2]]), test = "Satterthwaite")
    interval <- conf_int(model, vcov = "CR2", cluster = names(one[[2]]))
    case <- paste(one[[1]], role)
    keep(case, "estimate", test$beta); keep(case, "standard_error", test$SE)
    keep(case, "df", test$df_Satt)
    keep(case, "interval_low", interval$CI_L); keep(case, "interval_high", interval$CI_U)
    keep(case, "n_units", length(one[[2]]))
  }
}

# In a complete table the same contrast comes from a model with crossed random effects.
whole <- expand.grid(target = 1:8, criterion = c("a", "b"), rater = 1:6)
whole$role <- ifelse(whole$rater > 3, "observer", "self")
whole$value <- 3 + (whole$target * 7 + whole$rater * 3 + (whole$criterion == "a") * 2 +
                      whole$target * whole$rater) %% 5
write.csv(whole, file.path(here, "inputs/complete.csv"), row.names = FALSE, quote = FALSE)
fit <- lmer(value ~ role + criterion + (1 | target) + (1 | rater), whole, control = tight)
keep("complete", "observer beside self", -fixef(fit)["roleself"])

# A bridge: means made to rise, by isoreg on means repeated as often as they were met.
bridge <- input("bridge.csv")
old <- bridge[bridge$version == "7", ]; new <- bridge[bridge$version == "4", ]
pair <- merge(old, new, by = c("target", "criterion", "rater"))
n <- as.numeric(table(pair$value.x)); mean_new <- as.numeric(tapply(pair$value.y, pair$value.x, mean))
at <- as.numeric(names(table(pair$value.x)))
line <- isoreg(rep(mean_new, n))$yf[cumsum(n)]
for (i in seq_along(at)) { keep("bridge", paste("n", at[i]), n[i]); keep("bridge", paste("raw", at[i]), mean_new[i]) }
for (i in seq_along(at)) keep("bridge", paste("step", at[i]), line[i])
keep("bridge", "mean", mean(line[match(old$value, at)]))

note <- sprintf("# %s, lme4 %s, clubSandwich %s, psych %s", R.version.string,
                packageVersion("lme4"), packageVersion("clubSandwich"), packageVersion("psych"))
file <- file.path(here, "values.csv")
writeLines(note, file)
suppressWarnings(write.table(do.call(rbind, rows), file, sep = ",", row.names = FALSE,
                             quote = FALSE, append = TRUE))
