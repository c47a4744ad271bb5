# Golden data of the naive, seasonal naive and simple exponential smoothing models.
# Needs R with the packages forecast and jsonlite:
#   Rscript scripts/golden/forecast-simple.R > test/golden/data/forecast-simple.json
suppressPackageStartupMessages(library(forecast))

horizon <- 24

# Sum of squares by an implementation that is not forecast's, searched to the last digits: forecast's
# own search ends at about three.
sse <- function(x) function(alpha) {
  HoltWinters(x, alpha = alpha, beta = FALSE, gamma = FALSE, l.start = x[1])$SSE
}

case <- function(name, x, season) {
  plain <- ts(as.numeric(x))
  simple <- ses(plain, initial = "simple", h = horizon)
  best <- optimize(sse(plain), c(0, 1), tol = 1e-12)
  fixed <- ses(plain, initial = "simple", alpha = 0.3, h = horizon)
  list(
    name = name,
    values = as.numeric(x),
    seasonLength = season,
    naive = as.numeric(naive(plain, h = horizon)$mean),
    seasonalNaive = as.numeric(snaive(ts(as.numeric(x), frequency = season), h = horizon)$mean),
    ses = list(
      forecastAlpha = as.numeric(simple$model$par["alpha"]),
      forecastLevel = as.numeric(simple$mean[1]),
      leastAlpha = best$minimum,
      leastSse = best$objective
    ),
    sesFixed = list(alpha = 0.3, level = as.numeric(fixed$mean[1]))
  )
}

set.seed(1)
golden <- list(
  tool = paste(R.version.string, "with forecast", packageVersion("forecast")),
  call = paste(
    "naive(x), snaive(ts(x, frequency = season)), ses(x, initial = 'simple'),",
    "optimize(SSE of HoltWinters(x, alpha, beta = FALSE, gamma = FALSE, l.start = x[1]), tol = 1e-12)"
  ),
  cases = list(
    case("Nile", Nile, 10),
    case("USAccDeaths", USAccDeaths, 12),
    case("level with noise", round(50 + cumsum(rnorm(300, 0, 0.4)) + rnorm(300), 6), 24),
    case("noise", round(rnorm(120), 6), 7)
  )
)
cat(jsonlite::toJSON(golden, auto_unbox = TRUE, digits = NA, pretty = TRUE), "\n")
