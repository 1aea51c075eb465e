# Writes values.csv beside this file from data/real/univbct.csv, which the tests read.
# Run from the root of the project; needs clubSandwich. No randomness.
suppressMessages(library(clubSandwich))
here <- "tests/reference/individuals"
rows <- list()
keep <- function(case, quantity, value) rows[[length(rows) + 1]] <<- data.frame(
  case = case, quantity = quantity, value = sprintf("%.15g", value))
all <- read.csv("data/real/univbct.csv")
for (scale in c("JOBSAT", "READY")) for (reliability in c(.6, .8)) {
  case <- paste(scale, reliability, sep = "_")
  d <- data.frame(a = all[[paste0(scale, "1")]], b = all[[paste0(scale, "3")]], u = all$BTN)
  d <- d[complete.cases(d), ]
  bar <- 1.96 * sd(d$a) * sqrt(2 * (1 - reliability))
  change <- d$b - d$a
  rose <- change > bar; fell <- change < -bar
  keep(case, "n_people", nrow(d)); keep(case, "bar", bar)
  keep(case, "n_rose", sum(rose)); keep(case, "n_fell", sum(fell))
  keep(case, "sd_before", sd(d$a)); keep(case, "sd_change", sd(change))
  keep(case, "estimate", mean(rose) - mean(fell))
  moved <- rose - fell
  test <- t.test(moved)
  keep(case, "alone_error", test$stderr)
  keep(case, "alone_low", test$conf.int[1]); keep(case, "alone_high", test$conf.int[2])
  keep(case, "alone_p", test$p.value)
  fit <- lm(moved ~ 1)
  by <- coef_test(fit, vcov = "CR2", cluster = d$u, test = "Satterthwaite")
  ends <- conf_int(fit, vcov = "CR2", cluster = d$u, test = "Satterthwaite")
  keep(case, "units_error", by$SE); keep(case, "units_df", ends$df)
  keep(case, "units_low", ends$CI_L); keep(case, "units_high", ends$CI_U)
  for (side in c("rose", "fell")) {
    x <- get(side); n <- length(x)
    alone <- prop.test(sum(x), n, correct = FALSE)$conf.int
    keep(case, paste0(side, "_alone_low"), alone[1])
    keep(case, paste0(side, "_alone_high"), alone[2])
    people <- tapply(x, d$u, length); count <- tapply(x, d$u, sum); p <- mean(x)
    g <- length(people); away <- count - p * people
    v <- g / (g - 1) * sum(away^2) / n^2
    size <- min(n, p * (1 - p) / v * (qt(.975, n - 1) / qt(.975, g - 1))^2)
    z <- qnorm(.975); centre <- (p + z^2 / (2 * size)) / (1 + z^2 / size)
    reach <- z * sqrt(p * (1 - p) / size + z^2 / (4 * size^2)) / (1 + z^2 / size)
    keep(case, paste0(side, "_units_low"), centre - reach)
    keep(case, paste0(side, "_units_high"), centre + reach)
  }
}
file <- file.path(here, "values.csv")
writeLines(paste0("# ", R.version.string, ", clubSandwich ", packageVersion("clubSandwich")), file)
suppressWarnings(write.table(do.call(rbind, rows), file, sep = ",", row.names = FALSE,
  quote = FALSE, append = TRUE))
