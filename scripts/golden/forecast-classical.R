# Golden data of exponential smoothing, the seasonal theta method and MSTL.
# Needs R with the packages forecast and jsonlite:
#   Rscript scripts/golden/forecast-classical.R > test/golden/data/forecast-classical.json
suppressPackageStartupMessages(library(forecast))

horizon <- 24

# --- exponential smoothing ---------------------------------------------------------------------

# The additive recursion, written down here so that its optimum can be found to the last digits:
# forecast's own search ends at about three.
sse <- function(x, alpha, beta, phi, level, trend) {
  sum <- 0
  for (value in x) {
    e <- value - level - phi * trend
    sum <- sum + e^2
    level <- level + phi * trend + alpha * e
    trend <- phi * trend + beta * e
  }
  sum
}

ets_case <- function(name, x) {
  x <- as.numeric(x)
  describe <- function(fit) {
    states <- as.numeric(tail(fit$states, 1))
    par <- as.list(fit$par)
    list(
      alpha = par$alpha, beta = if (is.null(par$beta)) 0 else par$beta,
      phi = if (is.null(par$phi)) 0 else par$phi,
      level = par$l, trend = if (is.null(par$b)) 0 else par$b,
      lastLevel = states[1], lastTrend = if (length(states) > 1) states[2] else 0,
      sse = sum(fit$residuals^2), aicc = fit$aicc,
      forecast = as.numeric(forecast(fit, h = horizon)$mean)
    )
  }
  simple <- ets(x, model = "ANN")
  damped <- ets(x, model = "AAN", damped = TRUE)
  best_simple <- optimize(function(alpha) {
    optimize(function(level) sse(x, alpha, 0, 0, level, 0), range(x), tol = 1e-10)$objective
  }, c(1e-4, 1 - 1e-4), tol = 1e-9)
  list(
    name = name, values = x, simple = describe(simple), damped = describe(damped),
    leastSimpleAlpha = best_simple$minimum, leastSimpleSse = best_simple$objective
  )
}

# --- theta ---------------------------------------------------------------------------------------

# The season of decompose(), shrunk by the James-Stein factor of Miller & Williams (2003).
season_of <- function(x, m, type) {
  neutral <- if (type == "multiplicative") 1 else 0
  parts <- decompose(ts(x, frequency = m), type)
  deviation <- if (neutral == 1) x / parts$trend else x - parts$trend
  slot <- (seq_along(x) - 1) %% m + 1
  groups <- lapply(1:m, function(k) as.numeric(na.omit(deviation[slot == k])))
  within <- sum(sapply(groups, function(g) sum((g - mean(g))^2)))
  variance <- within / sum(lengths(groups) - 1)
  power <- mean((parts$figure - neutral)^2)
  noise <- variance * mean(1 / lengths(groups)) / power
  shrinkage <- max(0, 1 - (m - 3) / (m - 1) * noise)
  left_out <- sum(unlist(lapply(groups, function(g) {
    sapply(seq_along(g), function(i) (g[i] - mean(g[-i]))^2)
  })))
  none <- sum((unlist(groups) - neutral)^2)
  following <- (length(x) + 0:(m - 1)) %% m + 1
  list(
    shrinkage = shrinkage, isPredictive = left_out < none,
    indices = (neutral + shrinkage * (parts$figure - neutral))[following]
  )
}

# Alpha and the forecast of the theta method on a series without a season.
theta_rest <- function(y, cycle) {
  n <- length(y)
  fit <- function(alpha) {
    from_level <- (1 - alpha)^(0:(n - 1))
    from_data <- c(0, stats::filter(alpha * y, 1 - alpha, method = "recursive")[-n])
    lm.fit(cbind(from_level), y - from_data)
  }
  alpha <- optimize(function(a) sum(fit(a)$residuals^2), c(1e-4, 1 - 1e-4), tol = 1e-10)$minimum
  level <- as.numeric(stats::filter(alpha * y, 1 - alpha, "recursive", init = fit(alpha)$coefficients)[n])
  drift <- as.numeric(lsfit(0:(n - 1), y)$coefficients[2]) / 2
  reach <- (1 - (1 - alpha)^n) / alpha + c(0, cumsum((1 - 1 / cycle)^(0:(horizon - 2))))
  list(alpha = alpha, path = level + drift * reach)
}

theta_case <- function(name, x, m) {
  all <- as.numeric(x)
  recent <- tail(all, 7 * max(24, m))
  plain <- theta_rest(recent, 24)
  reference <- thetaf(ts(recent), h = 1)
  result <- list(
    name = name, values = all, seasonLength = m,
    plainAlpha = plain$alpha, plain = plain$path, thetafFirst = as.numeric(reference$mean)
  )
  if (m == 1) return(result)
  for (type in c("multiplicative", "additive")) {
    season <- season_of(recent, m, type)
    at <- rep(rev(season$indices), length.out = length(recent))
    rest <- if (type == "multiplicative") recent / rev(at) else recent - rev(at)
    seasonless <- theta_rest(rest, max(24, m))
    ahead <- rep(season$indices, length.out = horizon)
    path <- if (type == "multiplicative") seasonless$path * ahead else seasonless$path + ahead
    result[[type]] <- c(season, list(alpha = seasonless$alpha, forecast = path))
  }
  result
}

# --- MSTL ----------------------------------------------------------------------------------------

mstl_case <- function(name, x, periods) {
  x <- as.numeric(x)
  series <- if (length(periods) > 1) msts(x, seasonal.periods = periods) else ts(x, frequency = periods)
  parts <- mstl(series)
  remainder <- as.numeric(parts[, "Remainder"])
  seasonal <- lapply(periods, function(m) as.numeric(parts[, paste0("Seasonal", m)]))
  # The share of a season that is not noise, with the smoother's weights by its impulse response.
  shares <- mapply(function(m, s, window) {
    u <- s + remainder
    n <- length(u)
    noise <- sum((u[(m + 1):n] - u[1:(n - m)])^2) / (2 * (n - m))
    cycles <- n %/% m
    width <- min(window, cycles)
    reach <- width - 1 + max(0, (window - cycles) %/% 2)
    weights <- (1 - (pmin((width - 1):0, reach) / reach)^3)^3
    weights <- weights / sum(weights)
    1 - noise * sum(weights^2) / mean(tail(s, m)^2)
  }, periods, seasonal, 7 + 4 * seq_along(periods))
  list(
    name = name, values = x, seasonLengths = I(periods),
    seasonal = seasonal, trend = as.numeric(parts[, "Trend"]), shares = I(as.numeric(shares))
  )
}

# Digits of a few thousand numbers: enough for a relative tolerance of 1e-9.
short <- function(value) rapply(value, function(v) signif(v, 12), classes = "numeric", how = "replace")

set.seed(1)
hours <- 0:(24 * 7 * 4 - 1)
weekly <- round(
  50 + 12 * sin(2 * pi * hours / 24) + 8 * (hours %% 168 < 120) + 0.01 * hours + rnorm(length(hours), 0, 3), 3
)
trended <- round(20 + cumsum(pmax(0, 0.8 - 0.004 * (1:150))) + rnorm(150), 4)
levels <- round(50 + cumsum(rnorm(200, 0, 0.4)) + rnorm(200), 4)

golden <- list(
  tool = paste(R.version.string, "with forecast", packageVersion("forecast")),
  call = paste(
    "ets(x, model = 'ANN'), ets(x, model = 'AAN', damped = TRUE), decompose(x, type), thetaf(x),",
    "mstl(x); and what the script derives from their parts"
  ),
  ets = list(
    ets_case("Nile", Nile), ets_case("level with noise", levels), ets_case("a trend that ends", trended)
  ),
  theta = list(
    theta_case("AirPassengers", AirPassengers, 12), theta_case("USAccDeaths", USAccDeaths, 12),
    theta_case("Nile", Nile, 1)
  ),
  mstl = list(
    mstl_case("AirPassengers", AirPassengers, 12), mstl_case("hourly, day and week", weekly, c(24, 168))
  )
)
cat(jsonlite::toJSON(short(golden), auto_unbox = TRUE, digits = NA, pretty = FALSE), "\n")
