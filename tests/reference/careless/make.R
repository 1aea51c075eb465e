# Writes values.csv beside this file from inputs/, which the tests read.
# Run from the root of the project; base R only. No randomness.
here <- "tests/reference/careless"
rows <- list()
keep <- function(case, quantity, value) rows[[length(rows) + 1]] <<- data.frame(
  case = case, quantity = quantity, value = sprintf("%.15g", value))
x <- read.csv(file.path(here, "inputs/answers.csv"))
scales <- split(names(x), substr(names(x), 1, 1))
back <- c("b3", "d2", "f3")
turned <- x; turned[back] <- 6 - turned[back]
average <- function(d) { m <- rowMeans(d, na.rm = TRUE); m[is.nan(m)] <- NA; m }
first <- sapply(scales, function(s) average(turned[s[seq(1, length(s), 2)]]))
second <- sapply(scales, function(s) average(turned[s[seq(2, length(s), 2)]]))
apart <- sapply(back, function(item) {
  own <- scales[[substr(item, 1, 1)]]
  abs(turned[[item]] - average(turned[setdiff(own, back)]))
})
whole <- complete.cases(turned)
far <- rep(NA, nrow(x))
far[whole] <- mahalanobis(turned[whole, ], colMeans(turned[whole, ]), cov(turned[whole, ]))
for (i in seq_len(nrow(x))) {
  told <- unlist(x[i, ]); told <- told[!is.na(told)]
  keep(paste0("row_", i), "long_string", max(rle(unname(told))$lengths))
  keep(paste0("row_", i), "spread", sd(told))
  both <- !is.na(first[i, ]) & !is.na(second[i, ])
  r <- if (sum(both) < 3) NA else suppressWarnings(cor(first[i, both], second[i, both]))
  # Spearman and Brown, as in careless::evenodd; under -1 it is cut there.
  keep(paste0("row_", i), "halves", if (is.na(r)) NA else if (r <= -1 / 3) -1 else 2 * r / (1 + r))
  keep(paste0("row_", i), "contradiction", mean(apart[i, ], na.rm = TRUE))
  keep(paste0("row_", i), "far", far[i])
}
# What the distance would be if the two answers came from two people.
lots <- sapply(back, function(item) {
  one <- turned[[item]]; own <- scales[[substr(item, 1, 1)]]
  other <- average(turned[setdiff(own, back)]); ok <- !is.na(one) & !is.na(other)
  mean(abs(outer(one[ok], other[ok], "-")))
})
keep("all", "by_lot", mean(lots))
keep("all", "distance_cut", qchisq(.999, ncol(x)))
enough <- rowMeans(!is.na(x)) >= .5
keep("all", "n_people", sum(enough))

file <- file.path(here, "values.csv")
writeLines(paste0("# ", R.version.string), file)
suppressWarnings(write.table(do.call(rbind, rows), file, sep = ",", row.names = FALSE,
  quote = FALSE, append = TRUE))
