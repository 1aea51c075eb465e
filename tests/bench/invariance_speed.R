# Times a scalar invariance model in lavaan on a CSV file; called by invariance_speed.py.
suppressMessages(library(lavaan))
answers <- read.csv(commandArgs(TRUE)[1])
answers$place <- paste(answers$site, answers$wave)
model <- paste("trust =~", paste0("q", 1:9, collapse = " + "))
took <- system.time(fit <- cfa(model, answers, group = "place", std.lv = TRUE,
                               group.equal = c("loadings", "intercepts")))
cat(sprintf("%.3f %.6f %d %s", took[["elapsed"]], fitMeasures(fit, "chisq"),
            as.integer(fitMeasures(fit, "df")), packageVersion("lavaan")))
