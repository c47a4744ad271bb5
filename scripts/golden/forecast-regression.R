# Golden data of the ridge and profile-ar models: the same formulas as matrix algebra and optimize().
# Needs R with the package jsonlite:
#   Rscript scripts/golden/forecast-regression.R > test/golden/data/forecast-regression.json
horizon <- 30

knots_to <- function(last) {
  k <- sort(c(2^(0:20), 1.5 * 2^(1:20)))
  unique(c(k[k < last], last))
}

# The values before and after `t` (1-based) as a forecast from there sees them, minus the value at t.
ridge_row <- function(x, t, h, lags, season, days) {
  edges <- c(0, lags)
  blocks <- sapply(seq_along(lags), function(j) mean(x[(t - edges[j + 1]):(t - edges[j] - 1)]))
  if (is.null(season)) return(blocks - x[t])
  # The mean of the days before yesterday, as far as there are any; yesterday when there is none.
  before <- function(i) {
    back <- i - season * (2:days)
    if (any(back >= 1)) mean(x[back[back >= 1]]) else x[i - season]
  }
  c(blocks, x[t + h - season], before(t + h), x[t - season], before(t)) - x[t]
}

ridge_model <- function(x, lags, season, days, from, last, knots) {
  n <- length(x)
  weights <- lapply(knots[knots <= last], function(h) {
    stride <- max(1, h %/% 3)
    origins <- seq(n - h, from, by = -stride)
    rows <- do.call(rbind, lapply(origins, function(t) ridge_row(x, t, h, lags, season, days)))
    moves <- x[origins + h] - x[origins]
    gram <- crossprod(rows)
    share <- 0.1 + 2 * h / (length(origins) * stride)
    solve(gram + diag(share * mean(diag(gram)), ncol(gram)), crossprod(rows, moves))[, 1]
  })
  used <- knots[knots <= last]
  at <- do.call(rbind, weights)
  reach <- if (is.null(season)) horizon else min(horizon, season)
  point <- sapply(1:reach, function(h) {
    w <- sapply(seq_len(ncol(at)), function(j) approx(used, at[, j], h, rule = 2)$y)
    x[n] + sum(w * ridge_row(x, n, h, lags, season, days))
  })
  list(knots = used, weights = weights, point = rep(point, length.out = horizon))
}

profile_model <- function(x, season, days, decay) {
  n <- length(x)
  usual <- function(i) {
    back <- i - season * (1:days)
    ok <- back >= 1
    sum(decay^(0:(days - 1))[ok] * x[back[ok]]) / sum(decay^(0:(days - 1))[ok])
  }
  r <- sapply((season + 1):n, function(i) x[i] - usual(i))
  m <- length(r)
  smooth <- function(a) as.numeric(stats::filter(a * r, 1 - a, method = "recursive"))
  loss <- function(a, phi) {
    s <- smooth(a)
    sum(sapply(knots_to(season), function(h) {
      later <- r[(h + 1):m]
      length(later) * sum((later - phi^h * s[1:(m - h)])^2) / sum(later^2)
    }))
  }
  tried <- lapply(c(0.1, 0.2, 0.3, 0.5, 0.7, 1), function(a) {
    of_time <- function(u) loss(a, exp(-exp(-u)))
    grid <- seq(log(0.1), log(100 * season), length.out = 400)
    best <- grid[which.min(sapply(grid, of_time))]
    o <- optimize(of_time, best + c(-0.1, 0.1), tol = 1e-10)
    list(smoothing = a, persistence = exp(-exp(-o$minimum)), loss = o$objective)
  })
  won <- tried[[which.min(sapply(tried, function(t) t$loss))]]
  residual <- tail(smooth(won$smoothing), 1)
  point <- sapply(1:horizon, function(h) {
    usual(n + (h - 1) %% season + 1) + won$persistence^h * residual
  })
  list(smoothing = won$smoothing, persistence = won$persistence, residual = residual, point = point)
}

set.seed(5)
season <- 12
days <- 5
wave <- rep(10 * sin(2 * pi * (1:season) / season), 12)
noisy <- round(50 + wave + as.numeric(arima.sim(list(ar = 0.8), 144)) + rnorm(144), 6)
short <- round(100 + cumsum(rnorm(60)), 6)
deaths <- as.numeric(USAccDeaths)

ridge_case <- function(name, x, season) {
  n <- length(x)
  lags <- if (is.null(season)) 4^(0:10)[4^(0:10) <= n %/% 4] else 4^(0:10)[4^(0:10) <= season]
  # As many seasons before the first origin as leave two for the origins, two at most.
  from <- if (is.null(season)) min(max(lags), n %/% 2) + 1 else min(2 * season, max(season, n - 2 * season)) + 1
  room <- (n - (from - 1)) %/% 2
  all_knots <- knots_to(if (is.null(season)) room else season)
  c(
    list(name = name, values = x, seasonLength = if (is.null(season)) NA else season),
    ridge_model(x, lags, season, days, from, room, all_knots)
  )
}

golden <- list(
  tool = R.version.string,
  call = "solve(crossprod(X) + diag(penalty), crossprod(X, y)); optimize(loss, tol = 1e-10)",
  days = days,
  decay = 0.7,
  ridge = list(
    ridge_case("noise on a season of 12", noisy, 12),
    ridge_case("USAccDeaths", deaths, 12),
    ridge_case("three seasons", noisy[1:36], 12),
    ridge_case("a random walk without a season", short, NULL)
  ),
  profileAr = list(
    c(list(name = "noise on a season of 12", values = noisy, seasonLength = 12), profile_model(noisy, 12, days, 0.7)),
    c(list(name = "USAccDeaths", values = deaths, seasonLength = 12), profile_model(deaths, 12, days, 0.7))
  )
)
cat(jsonlite::toJSON(golden, auto_unbox = TRUE, digits = NA, pretty = TRUE, null = "null", na = "null"), "\n")
