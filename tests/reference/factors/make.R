# Writes values.csv beside this file, and inputs/, which the tests read.
# Run from the root of the project; needs lavaan and psychTools. The holes come from a
# rule and not from chance, so that the inputs are the same every time.
suppressMessages({library(lavaan); library(psychTools)})
here <- "tests/reference/factors"
rows <- list()
keep <- function(case, quantity, value) rows[[length(rows) + 1]] <<- data.frame(
  case = case, quantity = quantity, value = sprintf("%.15g", value))

school <- HolzingerSwineford1939[, c("school", paste0("x", 1:9))]
school$school <- as.character(school$school)
for (item in paste0("x", 1:9)) school[[item]] <- round(school[[item]], 6)
holes <- school
for (j in 1:9) holes[(seq_len(nrow(holes)) * 7 + j * 13) %% 23 < ifelse(j == 1, 0, 4), 1 + j] <- NA
holes[17, 2:10] <- NA
first <- sai[sai$time == 1, ]
mood <- c("calm", "secure", "at.ease", "rested", "tense", "regretful", "upset", "worrying", "anxious")
anxiety <- first[seq_len(min(600, nrow(first))), mood]
names(anxiety) <- gsub("\\.", "_", mood)
# Two items so alike, and the third so weak, that the best uniqueness is below zero.
n <- 120; i <- seq_len(n)
a <- sin(i * 12.9898); b <- sin(i * 78.233); c <- sin(i * 37.719); d <- sin(i * 4.1414)
heywood <- round(data.frame(h1 = a + 0.05 * b, h2 = a + 0.9 * b, h3 = a + 1.1 * c,
  h4 = 0.5 * a + 0.9 * b + d), 6)
write <- function(frame, name) write.csv(frame, file.path(here, "inputs", name), row.names = FALSE)
write(school, "school.csv"); write(holes, "holes.csv"); write(anxiety, "anxiety.csv"); write(heywood, "heywood.csv")
bhr <- read.csv("data/real/bhr2000.csv"); leader <- setdiff(names(bhr), c("GRP", "HRS", "RELIG"))

three <- "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
one <- paste("lead =~", paste(leader, collapse = " + "))
states <- paste0("good =~ calm + secure + at_ease + rested\n",
  "bad =~ tense + regretful + upset + worrying + anxious")
fits <- list(
  school = cfa(three, school, std.lv = TRUE),
  correlated = cfa(paste0(three, "\nx7 ~~ x8"), school, std.lv = TRUE),
  school_mlr = cfa(three, school, std.lv = TRUE, estimator = "MLR"),
  holes_fiml = cfa(three, holes, std.lv = TRUE, missing = "ml",
    em.h1.tol = 1e-10, em.h1.iter.max = 10000),
  bhr = cfa(one, bhr, std.lv = TRUE),
  bhr_mlr = cfa(one, bhr, std.lv = TRUE, estimator = "MLR"),
  anxiety_mlr = cfa(states, anxiety, std.lv = TRUE, estimator = "MLR"),
  anxiety_fiml = cfa(states, anxiety, std.lv = TRUE, missing = "ml",
    em.h1.tol = 1e-10, em.h1.iter.max = 10000),
  heywood = suppressWarnings(cfa("h =~ h1 + h2 + h3 + h4", heywood, std.lv = TRUE)))

measures <- function(case, fit) {
  m <- fitMeasures(fit)
  robust <- "chisq.scaled" %in% names(m)
  take <- function(plain, other) keep(case, plain, m[[if (robust) other else plain]])
  keep(case, "objective", 2 * m[["fmin"]]); keep(case, "df", m[["df"]])
  keep(case, "n", lavInspect(fit, "ntotal")); keep(case, "srmr", m[["srmr"]])
  take("chisq", "chisq.scaled"); take("pvalue", "pvalue.scaled")
  take("baseline.chisq", "baseline.chisq.scaled"); keep(case, "baseline.df", m[["baseline.df"]])
  take("cfi", "cfi.robust"); take("tli", "tli.robust"); take("rmsea", "rmsea.robust")
  take("rmsea.ci.lower", "rmsea.ci.lower.robust"); take("rmsea.ci.upper", "rmsea.ci.upper.robust")
  take("rmsea.pvalue", "rmsea.pvalue.robust")
  if (robust) keep(case, "scaling", m[["chisq.scaling.factor"]])
}

for (case in names(fits)) {
  fit <- fits[[case]]; measures(case, fit)
  table <- parameterEstimates(fit); standard <- standardizedSolution(fit)
  for (r in seq_len(nrow(table))) if (table$op[r] %in% c("=~", "~~")) {
    name <- paste(table$lhs[r], table$op[r], table$rhs[r])
    keep(case, name, table$est[r]); keep(case, paste(name, "se"), table$se[r])
    keep(case, paste(name, "std"), standard$est.std[r])
    keep(case, paste(name, "std se"), standard$se[r])
  }
  left <- residuals(fit, type = "cor")$cov
  for (i in seq_len(nrow(left))) for (j in seq_len(i - 1))
    keep(case, paste("residual", rownames(left)[j], rownames(left)[i]), left[i, j])
  gains <- modindices(fit)
  gains <- gains[gains$op %in% c("=~", "~~") & gains$mi > 3, ]
  for (r in seq_len(nrow(gains))) {
    name <- paste("mi", gains$lhs[r], gains$op[r], gains$rhs[r])
    keep(case, name, gains$mi[r]); keep(case, paste(name, "epc"), gains$epc[r])
    keep(case, paste(name, "std"), gains$sepc.all[r])
  }
}

steps <- list(configural = "", metric = "loadings", scalar = c("loadings", "intercepts"),
  strict = c("loadings", "intercepts", "residuals"))
for (step in names(steps)) {
  fit <- cfa(three, school, std.lv = TRUE, group = "school", group.equal = steps[[step]],
    group.label = c("Grant-White", "Pasteur"))
  case <- paste0("groups_", step); measures(case, fit)
  if (step != "scalar") next
  table <- parameterEstimates(fit)
  means <- table[table$op == "~1" & table$lhs %in% c("visual", "textual", "speed") & table$group == 2, ]
  for (r in 1:3) {
    keep(case, paste("mean", means$lhs[r]), means$est[r])
    keep(case, paste("mean", means$lhs[r], "se"), means$se[r])
  }
  tests <- lavTestScore(fit)$uni
  for (r in 1:9) {
    keep(case, paste0("let go x", r, " loading"), tests$X2[r])
    keep(case, paste0("let go x", r, " intercept"), tests$X2[9 + r])
  }
}

versions <- sapply(c("lavaan", "psychTools"), function(p) paste(p, packageVersion(p)))
file <- file.path(here, "values.csv")
writeLines(paste0("# ", R.version.string, ", ", paste(versions, collapse = ", ")), file)
suppressWarnings(write.table(do.call(rbind, rows), file, sep = ",", row.names = FALSE,
  quote = FALSE, append = TRUE))
