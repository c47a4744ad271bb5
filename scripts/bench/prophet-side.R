# R's Prophet as a side of bench/train/prophet.ts.
#   Rscript scripts/bench/prophet-side.R FILE
# FILE is JSON: {"step_seconds": ..., "series": [[values of turn 0], [values of turn 1], ...]}.
# Prints {"version": ...} as JSON, then for each line "train TURN" of standard input
# {"cpu_seconds": ..., "wall_seconds": ..., "loss": exp(-log density / values)}, of a fit without
# uncertainty samples.
suppressPackageStartupMessages(library(prophet))

path <- commandArgs(trailingOnly = TRUE)[1]
input <- jsonlite::fromJSON(path)
start <- as.POSIXct("2026-01-05", tz = "UTC")

say <- function(answer) {
  cat(jsonlite::toJSON(answer, auto_unbox = TRUE, digits = NA), "\n", sep = "")
  flush(stdout())
}

# Minus the logarithm of the density of prophet.stan at these parameters, without constants.
objective <- function(model) {
  params <- model$params
  t <- model$history$t
  features <- prophet:::make_all_seasonality_features(model, model$history)
  trend <- params$m + params$k * t
  for (i in seq_along(model$changepoints.t)) {
    trend <- trend + params$delta[i] * pmax(0, t - model$changepoints.t[i])
  }
  season <- as.matrix(features$seasonal.features) %*% as.numeric(params$beta)
  sigma <- params$sigma_obs
  squares <- sum((model$history$y_scaled - trend - season)^2)
  length(t) * log(sigma) + squares / (2 * sigma^2) + sigma^2 / (2 * 0.5^2) +
    (params$k^2 + params$m^2) / (2 * 5^2) +
    sum(abs(params$delta)) / model$changepoint.prior.scale +
    sum((params$beta / features$prior.scales)^2) / 2
}

train <- function(turn) {
  values <- input$series[turn + 1, ]
  history <- data.frame(ds = start + input$step_seconds * (seq_along(values) - 1), y = values)
  before <- proc.time()
  model <- prophet(
    history,
    daily.seasonality = TRUE, weekly.seasonality = TRUE, yearly.seasonality = FALSE,
    uncertainty.samples = 0
  )
  taken <- proc.time() - before
  list(
    cpu_seconds = taken[["user.self"]] + taken[["sys.self"]],
    wall_seconds = taken[["elapsed"]],
    loss = exp(as.numeric(objective(model)) / length(values))
  )
}

say(list(version = as.character(packageVersion("prophet"))))
turns <- file("stdin", "r")
while (length(line <- readLines(turns, n = 1)) > 0) {
  say(train(as.integer(sub("train ", "", line))))
}
