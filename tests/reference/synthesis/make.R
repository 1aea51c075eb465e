# Writes tests/reference/synthesis/values.csv from the inputs that the tests read.
# Run from the project root: Rscript tests/reference/synthesis/make.R
# Needs R with metafor and clubSandwich. No network, no randomness.
suppressPackageStartupMessages({
  library(metafor)
  library(clubSandwich)
})
rows <- list()
keep <- function(case, quantity, value) {
  rows[[length(rows) + 1]] <<- data.frame(
    case = case, quantity = quantity, value = sprintf("%.15g", as.numeric(value)))
}
exact <- list(threshold = 1e-14, maxiter = 10000, tol = 1e-14)
fit <- function(d, ...) rma(estimate, variance, data = d, control = exact, ...)

keep_pooled <- function(case, d, method = "REML") {
  m <- fit(d, test = "adhoc", method = method)
  bare <- fit(d, test = "knha", method = method)
  k <- m$k
  p <- predict(m)
  narrow <- predict(m, level = 90)
  keep(case, "k", k)
  keep(case, "estimate", m$b)
  keep(case, "standard_error", m$se)
  keep(case, "df", m$ddf)
  keep(case, "p_value", m$pval)
  keep(case, "interval_low", m$ci.lb)
  keep(case, "interval_high", m$ci.ub)
  keep(case, "equivalence_interval_low", narrow$ci.lb)
  keep(case, "equivalence_interval_high", narrow$ci.ub)
  keep(case, "p_equivalence", max(pt((m$b - 5) / m$se, k - 1),
                                  pt(-(m$b + 5) / m$se, k - 1)))
  keep(case, "factor", bare$s2w)
  keep(case, "unguarded_low", bare$ci.lb)
  keep(case, "unguarded_high", bare$ci.ub)
  keep(case, "tau_squared", m$tau2)
  keep(case, "i_squared", m$I2 / 100)
  keep(case, "h_squared", m$H2)
  keep(case, "q", m$QE)
  keep(case, "p_heterogeneity", m$QEp)
  keep(case, "prediction_low", p$pi.lb)
  keep(case, "prediction_high", p$pi.ub)
  reach <- qt(.975, k - 2) * sqrt(m$tau2 + m$se^2)  # Higgins 2009
  keep(case, "prediction_higgins_low", m$b - reach)
  keep(case, "prediction_higgins_high", m$b + reach)
  ends <- suppressWarnings(confint(m, control = list(tol = 1e-13, tau2.max = 1e5)))
  keep(case, "tau_squared_interval_low", ends$random["tau^2", "ci.lb"])
  keep(case, "tau_squared_interval_high", ends$random["tau^2", "ci.ub"])
  keep(case, "i_squared_interval_low", ends$random["I^2(%)", "ci.lb"] / 100)
  keep(case, "i_squared_interval_high", ends$random["I^2(%)", "ci.ub"] / 100)
  w <- weights(m) / 100
  for (i in seq_len(k)) keep(paste0(case, "_", d$site[i]), "weight", w[i])
  invisible(m)
}
keep_sites <- function(case, m, d) {
  one <- leave1out(m)
  inf <- influence(m)
  near <- blup(m)
  for (i in seq_len(m$k)) {
    at <- paste0(case, "_", d$site[i])
    keep(at, "estimate", one$estimate[i])
    keep(at, "standard_error", one$se[i])
    keep(at, "interval_low", one$ci.lb[i])
    keep(at, "interval_high", one$ci.ub[i])
    keep(at, "tau_squared", one$tau2[i])
    for (name in c("rstudent", "dffits", "cook.d", "hat"))
      keep(at, name, inf$inf[[name]][i])
    keep(at, "influential", inf$is.infl[i])
    at <- paste0(case, "_shrunken_", d$site[i])
    keep(at, "estimate", near$pred[i])
    keep(at, "standard_error", near$se[i])
    keep(at, "interval_low", near$pi.lb[i])
    keep(at, "interval_high", near$pi.ub[i])
  }
}

bcg <- read.csv("tests/reference/synthesis/inputs/bcg.csv")
bcg <- escalc(measure = "RR", ai = tpos, bi = tneg, ci = cpos, di = cneg, data = bcg,
              var.names = c("estimate", "variance"))
all <- read.csv("tests/reference/synthesis/inputs/sites.csv")
all$variance <- all$standard_error^2
trust <- all[all$outcome == "trust", ]
three <- trust[1:3, ]
alike <- transform(trust[1:6, ], estimate = c(2.0, 2.3, 1.9, 2.1, 2.2, 2.0))

keep_sites("bcg", keep_pooled("bcg", bcg), bcg)
keep_pooled("bcg_pm", bcg, "PM")
keep_sites("sites", keep_pooled("sites", trust), trust)
keep_pooled("three", three)
keep_sites("alike", keep_pooled("alike", alike), alike)

# ---- moderators -------------------------------------------------------------
keep_moderator <- function(case, d, formula, levels = NULL) {
  m <- fit(d, mods = formula, test = "adhoc")
  bare <- fit(d, mods = formula, test = "knha")
  keep(case, "statistic", m$QM)
  keep(case, "df1", m$QMdf[1])
  keep(case, "df2", m$QMdf[2])
  keep(case, "p_value", m$QMp)
  keep(case, "tau_squared", m$tau2)
  keep(case, "r_squared", m$R2 / 100)
  keep(case, "unguarded_statistic", bare$QM)
  if (is.null(levels)) {
    keep(case, "slope", m$b[2]); keep(case, "slope_se", m$se[2])
    keep(case, "slope_low", m$ci.lb[2]); keep(case, "slope_high", m$ci.ub[2])
  } else {
    m <- fit(d, mods = update(formula, ~ . - 1), test = "adhoc")
    for (i in seq_along(levels)) {
      keep(case, paste0(levels[i], "_mean"), m$b[i])
      keep(case, paste0(levels[i], "_se"), m$se[i])
      keep(case, paste0(levels[i], "_low"), m$ci.lb[i])
      keep(case, paste0(levels[i], "_high"), m$ci.ub[i])
    }
  }
  bare
}
ablat <- keep_moderator("mod_ablat", bcg, ~ ablat)
sector <- keep_moderator("mod_sector", trust, ~ factor(sector), sort(unique(trust$sector)))
trained <- keep_moderator("mod_trained", trust, ~ factor(trained), c("0", "1"))
delivered <- keep_moderator("mod_delivered", trust, ~ delivered)
keep("mod_trained", "p_permutation",
     permutest(trained, exact = TRUE, progbar = FALSE)$QMp)
six <- trust[1:6, ]
small <- rma(estimate, variance, mods = ~ delivered, data = six, test = "knha",
             control = list(threshold = 1e-9, maxiter = 10000))
keep("mod_six", "p_permutation", permutest(small, exact = TRUE, progbar = FALSE)$QMp)

# ---- several outcomes: correlated and hierarchical effects, CR2 ----------------
keep_family <- function(case, d, rho) {
  v <- impute_covariance_matrix(d$variance, cluster = d$site, r = rho)
  d$row <- seq_len(nrow(d))
  m <- rma.mv(estimate, v, random = ~ 1 | site/row, data = d,
              control = list(optimizer = "optim", optmethod = "BFGS", reltol = 1e-15))
  keep(case, "tau_squared", m$sigma2[1])
  keep(case, "omega_squared", m$sigma2[2])
  robust <- vcovCR(m, cluster = d$site, type = "CR2")
  found <- coef_test(m, vcov = robust, test = "Satterthwaite")
  ends <- conf_int(m, vcov = robust, level = .95, test = "Satterthwaite")
  keep(case, "estimate", found$beta)
  keep(case, "standard_error", found$SE)
  keep(case, "df", found$df_Satt)
  keep(case, "p_value", found$p_Satt)
  keep(case, "interval_low", ends$CI_L)
  keep(case, "interval_high", ends$CI_U)
  keep(case, "objective", -2 * as.numeric(logLik(m)))
}
keep_family("family_6", all, 0.6)
keep_family("family_2", all, 0.2)
keep_family("family_small", all[all$site %in% c("s01", "s02", "s03", "s04", "s05"), ], 0.6)

con <- file("tests/reference/synthesis/values.csv", "w")
writeLines(sprintf("# R version %s.%s, metafor %s, clubSandwich %s",
                   R.version$major, R.version$minor, packageVersion("metafor"),
                   packageVersion("clubSandwich")), con)
write.csv(do.call(rbind, rows), con, row.names = FALSE, quote = FALSE)
close(con)
