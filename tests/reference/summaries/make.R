# Writes values.csv beside this file: sums and products formed by base R.
# Run from the root of the project. No randomness.
rows <- list()
keep <- function(case, quantity, value) rows[[length(rows) + 1]] <<- data.frame(
  case = case, quantity = quantity, value = sprintf("%.15g", value))
answers <- read.csv("tests/reference/quality/inputs/answers.csv")
items <- c("q1", "q2", "q3", "q4")
for (unit in sort(unique(answers$unit))) {
  all <- answers[answers$unit == unit, items]; full <- as.matrix(na.omit(all))
  keep(unit, "n_rows", nrow(all)); keep(unit, "n_complete", nrow(full))
  for (i in items) {
    keep(unit, paste0("n_", i), sum(!is.na(all[[i]])))
    keep(unit, paste0("sum_", i), sum(all[[i]], na.rm = TRUE))
    keep(unit, paste0("square_", i), sum(all[[i]]^2, na.rm = TRUE))
    keep(unit, paste0("complete_", i), sum(full[, i]))
    for (j in items) keep(unit, paste0("product_", i, "_", j), crossprod(full)[i, j])
  }
}
waves <- read.csv("tests/reference/quality/inputs/two_waves.csv")
coded <- waves[!is.na(waves$respondent), ]
start <- coded[coded$wave == "w1", c("respondent", "unit")]
home <- start$unit[match(waves$respondent, start$respondent)]
waves$home <- ifelse(is.na(home) | is.na(waves$respondent), waves$unit, home)
scored <- waves[!is.na(waves$trust), ]
linked <- merge(scored[scored$wave == "w1" & !is.na(scored$respondent), ],
  scored[scored$wave == "w2" & !is.na(scored$respondent), ], by = "respondent")
for (unit in sort(unique(scored$home))) {
  case <- paste0("change_", unit)
  pairs <- linked[linked$home.x == unit, ]
  keep(case, "n_pairs", nrow(pairs))
  keep(case, "sum_before", sum(pairs$trust.x)); keep(case, "sum_after", sum(pairs$trust.y))
  keep(case, "square_before", sum(pairs$trust.x^2))
  keep(case, "square_after", sum(pairs$trust.y^2))
  keep(case, "product", sum(pairs$trust.x * pairs$trust.y))
  for (w in c("before", "after")) {
    all <- scored$trust[scored$home == unit & scored$wave == ifelse(w == "before", "w1", "w2")]
    keep(case, paste0("n_", w), length(all)); keep(case, paste0("all_", w), sum(all))
    keep(case, paste0("all_square_", w), sum(all^2))
  }
}
keep("change", "n_movers", sum(linked$unit.x != linked$unit.y))
keep("change", "n_without_code", sum(is.na(scored$respondent)))
keep("change", "n_before_only",
  sum(scored$wave == "w1" & !is.na(scored$respondent)) - nrow(linked))
keep("change", "n_after_only",
  sum(scored$wave == "w2" & !is.na(scored$respondent)) - nrow(linked))
file <- "tests/reference/summaries/values.csv"
writeLines(paste0("# ", R.version.string), file)
suppressWarnings(write.table(do.call(rbind, rows), file, sep = ",", row.names = FALSE,
  quote = FALSE, append = TRUE))
