# Golden data of Prophet: what R's Prophet fits and forecasts, with the parameters it found.
# Needs R with the packages prophet and jsonlite:
#   Rscript scripts/golden/forecast-prophet.R > test/golden/data/forecast-prophet.json
suppressPackageStartupMessages(library(prophet))

horizon <- 48
start <- as.POSIXct("2024-01-01", tz = "UTC")

fit_case <- function(name, values, mode, weekly) {
  n <- length(values)
  times <- start + 3600 * (seq_len(n) - 1)
  history <- data.frame(ds = times, y = values)
  model <- prophet(
    history,
    seasonality.mode = mode, daily.seasonality = TRUE, weekly.seasonality = weekly,
    yearly.seasonality = FALSE, uncertainty.samples = 0
  )
  asked <- data.frame(ds = start + 3600 * (n - 25 + seq_len(25 + horizon)))
  answer <- predict(model, asked)
  columns <- model$train.component.cols
  names <- intersect(c("weekly", "daily"), colnames(columns))
  params <- model$params
  list(
    name = name,
    mode = mode,
    weekly = weekly,
    values = ifelse(is.na(values), NA, values),
    origin = as.numeric(model$start) * 1000,
    span = as.numeric(model$t.scale) * 1000,
    scale = model$y.scale,
    slope = as.numeric(params$k),
    offset = as.numeric(params$m),
    changepoints = as.numeric(model$changepoints.t),
    changes = as.numeric(params$delta),
    seasons = lapply(names, function(each) list(
      name = each,
      periodDays = model$seasonalities[[each]]$period,
      coefficients = as.numeric(params$beta[1, columns[[each]] == 1])
    )),
    first = as.numeric(asked$ds[1]) * 1000,
    point = as.numeric(answer$yhat),
    trend = as.numeric(answer$trend)
  )
}

set.seed(1)
day <- function(n) sin(2 * pi * (seq_len(n) - 1) / 24)
bent <- function(n) cumsum(ifelse(seq_len(n) < n / 2, 0.02, -0.01))
additive <- round(20 + bent(720) + 5 * day(720) + rnorm(720), 4)
working <- ((seq_len(840) - 1) %/% 24) %% 7 < 5
multiplicative <- round((50 + 0.05 * seq_len(840)) * (1 + 0.3 * day(840)) * ifelse(working, 1, 0.7) + rnorm(840), 4)
gaps <- round(5 + bent(600) + 2 * day(600) + rnorm(600, 0, 0.5), 4)
gaps[c(100:130, sample(600, 60))] <- NA

golden <- list(
  tool = paste(R.version.string, "with prophet", packageVersion("prophet")),
  call = paste(
    "prophet(history, seasonality.mode = mode, daily.seasonality = TRUE,",
    "weekly.seasonality = weekly, yearly.seasonality = FALSE); predict(model, asked)"
  ),
  stepMs = 3600000,
  start = as.numeric(start) * 1000,
  cases = list(
    fit_case("additive", additive, "additive", FALSE),
    fit_case("multiplicative", multiplicative, "multiplicative", TRUE),
    fit_case("with gaps", gaps, "additive", FALSE)
  )
)
cat(jsonlite::toJSON(golden, auto_unbox = TRUE, digits = NA, na = "null"), "\n")
