# Writes tests/reference/scales/{inputs/answers.csv,values.csv}. Run from the root of
# the project; needs R with psych. The holes are made by a rule, not by chance.
library(psych)
all <- read.csv("data/real/bhr2000.csv")
items <- c("AF06", "AF07", "AP12", "AP17", "AP33", "AP34", "AS14", "AS15", "AS16", "AS17", "AS28")
turned <- c("AF07", "AP33")
x <- all[all$GRP <= 12, c("GRP", items)]
n <- nrow(x)
for (j in seq_along(items)) x[(seq_len(n) * j) %% 7 == 3, items[j]] <- NA
few <- which(seq_len(n) %% 11 == 0)                       # some answer little …
x[few, items[4:11]] <- NA
x[which(seq_len(n) %% 37 == 0), items] <- NA               # … and some nothing
write.csv(x, "tests/reference/scales/inputs/answers.csv", row.names = FALSE, quote = FALSE, na = "")

rows <- list()
keep <- function(case, quantity, value) {
  rows[[length(rows) + 1]] <<- data.frame(case = case, quantity = quantity, value = sprintf("%.15g", value))
}
straight <- x[, items]
straight[, turned] <- 6 - straight[, turned]
pomp <- 100 * (straight - 1) / 4
answered <- rowSums(!is.na(pomp))
score <- ifelse(answered >= 6, rowMeans(pomp, na.rm = TRUE), NA)
describe <- function(case, s) {
  keep(case, "n", sum(!is.na(s)))
  keep(case, "mean", mean(s, na.rm = TRUE))
  keep(case, "sd", sd(s, na.rm = TRUE))
  for (row in c(1, 2, 50, 100, 250)) keep(case, paste0("row_", row), s[row])
}
describe("half_rule", score)
describe("every_item", ifelse(answered == 11, rowMeans(pomp), NA))

# psych turns the items marked with a minus itself and takes the mean of those answered
keys <- list(score = ifelse(items %in% turned, paste0("-", items), items))
fit <- scoreItems(keys, x[, items], impute = "none", missing = TRUE, min = 1, max = 5)
describe("psych_mean", ifelse(answered >= 6, fit$scores[, "score"], NA))

# the official index: each item first
index <- function(rows) mean(colMeans(pomp[rows, ], na.rm = TRUE))
keep("index", "all", index(seq_len(n)))
for (g in sort(unique(x$GRP))) keep("index", paste0("group_", g), index(x$GRP == g))
for (item in items) keep("index_items", item, mean(pomp[, item], na.rm = TRUE))
for (item in items) keep("index_items", paste0("n_", item), sum(!is.na(pomp[, item])))

file <- "tests/reference/scales/values.csv"
writeLines(sprintf("# %s, psych %s", R.version.string, packageVersion("psych")), file)
suppressWarnings(write.table(do.call(rbind, rows), file, sep = ",", row.names = FALSE, quote = FALSE, append = TRUE))
