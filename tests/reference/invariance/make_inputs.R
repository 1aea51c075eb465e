# Writes inputs/ once. Run from the root of the project; needs lavaan and psychTools.
# school.csv: lavaan's HolzingerSwineford1939 (GPL >= 2). two_waves.csv: psychTools' sai,
# study XRAY, eight of twenty items, without their words (GPL >= 2). five_steps.csv: simulated
# here; in group b item t3 is answered higher than what it measures would have it.
suppressMessages({library(lavaan); library(psychTools)})
here <- "tests/reference/invariance/inputs"
save <- function(x, name) write.csv(x, file.path(here, name), row.names = FALSE, quote = FALSE)
save(HolzingerSwineford1939[, c("school", paste0("x", 1:9))], "school.csv")
names(sai)[4:23] <- sprintf("sai_%02d", 1:20)
kept <- c("sai_02", "sai_08", "sai_16", "sai_20", "sai_03", "sai_09", "sai_12", "sai_13")
waves <- sai[sai$study == "XRAY", ]
save(data.frame(id = waves$id, time = waves$time, waves[, kept]), "two_waves.csv")
set.seed(4)
n <- c(a = 420, b = 380); load <- c(.8, .7, .75, .65, .7)
simulate <- function(group) {
  trust <- rnorm(n[[group]], if (group == "b") .3 else 0, if (group == "b") 1.15 else 1)
  y <- outer(trust, load) + sapply(sqrt(1 - load^2), function(s) rnorm(n[[group]], 0, s))
  if (group == "b") y[, 3] <- y[, 3] + .45
  data.frame(group, apply(y, 2, function(x) findInterval(x, c(-1.5, -.8, 0, .9)) + 1L))
}
five <- rbind(simulate("a"), simulate("b"))
names(five)[-1] <- paste0("t", 1:5)
save(five, "five_steps.csv")
