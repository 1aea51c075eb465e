# Writes values.csv beside this file from data/real/bhr2000.csv, which the tests read.
# Run from the root of the project; needs multilevel. Random only where it says chance.
suppressMessages(library(multilevel))
here <- "tests/reference/aggregation"
rows <- list()
keep <- function(case, quantity, value) rows[[length(rows) + 1]] <<- data.frame(
  case = case, quantity = quantity, value = sprintf("%.15g", value))
bhr <- read.csv("data/real/bhr2000.csv")
leader <- setdiff(names(bhr), c("GRP", "HRS", "RELIG"))
away <- ad.m(bhr[, leader], bhr$GRP, type = "mean")
share <- c(.1, .2, .3, .2, .2); own <- sum(share * (1:5)^2) - sum(share * 1:5)^2
nulls <- c(uniform = 2, slight_skew = 1.34, moderate_skew = .90, heavy_skew = .44, own = own)
for (null in names(nulls)) {
  agree <- rwg.j(bhr[, leader], bhr$GRP, ranvar = nulls[[null]])
  x <- agree$rwg.j[agree$gsize >= 10]; n <- length(x); d <- qbinom(.025, n, .5)
  keep(null, "rwg_j", mean(x)); keep(null, "rwg_j_median", median(x))
  keep(null, "low", sort(x)[d]); keep(null, "high", sort(x)[n - d + 1])
}
x <- away$AD.M[away$gsize >= 10]; test <- t.test(x)
keep("ad", "ad", mean(x)); keep("ad", "low", test$conf.int[1]); keep("ad", "high", test$conf.int[2])
for (case in list(c(10, 3), c(25, 6))) {
  size <- case[1]; items <- case[2]
  set.seed(1)
  drawn <- rwg.j.sim(gsize = size, nitems = items, nresp = 5, nrep = 4000)
  keep(paste("chance", size, items, sep = "_"), "by_chance", quantile(drawn$rwg, .95))
}
file <- file.path(here, "values.csv")
writeLines(paste0("# ", R.version.string, ", multilevel ", packageVersion("multilevel")), file)
suppressWarnings(write.table(do.call(rbind, rows), file, sep = ",", row.names = FALSE,
  quote = FALSE, append = TRUE))
