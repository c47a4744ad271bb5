# Golden data of the ARIMA model: estimates, orders, unit-root tests and forecasts.
# Needs R with the packages forecast, urca and jsonlite:
#   Rscript scripts/golden/forecast-arima.R > test/golden/data/forecast-arima.json
suppressPackageStartupMessages(library(forecast))

horizon <- 48
# optim's default ends at about four digits of the coefficients.
to_the_last_digits <- list(reltol = 1e-16, maxit = 1000)

coefficients_of <- function(fit, order) {
  all <- as.numeric(coef(fit))
  list(
    ar = I(head(all, order[1])),
    ma = I(all[order[1] + seq_len(order[3])]),
    mean = if (order[2] == 0) tail(all, 1) else 0
  )
}

errors_of <- function(fit) I(as.numeric(sqrt(diag(fit$var.coef))))

# AICc of the exact likelihood of every order that auto.arima looks at, given d.
aicc_table <- function(x, d) {
  orders <- subset(expand.grid(p = 0:3, q = 0:3), p + q <= 5)
  lapply(seq_len(nrow(orders)), function(i) {
    p <- orders$p[i]
    q <- orders$q[i]
    fit <- tryCatch(Arima(x, c(p, d, q), method = "ML"), error = function(e) list(aicc = NA))
    list(p = p, q = q, aicc = round(fit$aicc, 4))
  })
}

case <- function(name, x, order) {
  x <- round(as.numeric(x), 6)
  css <- arima(x, order, method = "CSS", optim.control = to_the_last_digits)
  ml <- arima(x, order, method = "ML", optim.control = to_the_last_digits)
  chosen <- auto.arima(
    x, d = order[2], max.p = 3, max.q = 3, max.order = 5, seasonal = FALSE,
    stepwise = FALSE, approximation = FALSE, allowdrift = FALSE
  )
  moves <- if (order[2] == 0) x else diff(x, differences = order[2])
  used <- length(x) - order[1] - order[2]
  list(
    name = name,
    values = x,
    order = order,
    css = c(
      coefficients_of(css, order),
      list(
        sumOfSquares = css$sigma2 * used,
        forecast = as.numeric(predict(css, n.ahead = horizon)$pred)
      )
    ),
    ml = c(
      coefficients_of(ml, order),
      list(
        standardErrors = errors_of(ml),
        forecast = as.numeric(predict(ml, n.ahead = horizon)$pred)
      )
    ),
    autoOrder = as.numeric(arimaorder(chosen)),
    aicc = aicc_table(x, order[2]),
    ndiffs = ndiffs(x),
    kpss = urca::ur.kpss(x, type = "mu", use.lag = trunc(3 * sqrt(length(x)) / 13))@teststat[1],
    kpssOfMoves = urca::ur.kpss(
      moves, type = "mu", use.lag = trunc(3 * sqrt(length(moves)) / 13)
    )@teststat[1]
  )
}

simulated <- function(seed, n, order, ar = NULL, ma = NULL, level = 0, sd = 1) {
  set.seed(seed)
  level + as.numeric(arima.sim(list(order = order, ar = ar, ma = ma), n = n, sd = sd))
}

# Of the simulated series auto.arima finds the order they were made with (seeds where it does not
# were passed over: there the criteria of several orders lie too close to compare two estimators by).
golden <- list(
  tool = paste(R.version.string, "with forecast", packageVersion("forecast")),
  call = paste(
    "arima(x, order, method = 'CSS' | 'ML', optim.control = list(reltol = 1e-16)) and its predict;",
    "auto.arima(x, d, max.p = 3, max.q = 3, max.order = 5, seasonal = FALSE, stepwise = FALSE,",
    "approximation = FALSE, allowdrift = FALSE); Arima(x, c(p, d, q), method = 'ML')$aicc; ndiffs(x);",
    "urca::ur.kpss(x, type = 'mu')"
  ),
  cases = list(
    case("AR(2) around 50",
         simulated(11, 400, c(2, 0, 0), ar = c(1.1, -0.45), level = 50, sd = 3), c(2, 0, 0)),
    case("MA(2) around -3",
         simulated(17, 400, c(0, 0, 2), ma = c(0.7, 0.4), level = -3), c(0, 0, 2)),
    case("ARMA(1,1) around 1000",
         simulated(13, 400, c(1, 0, 1), ar = 0.8, ma = 0.5, level = 1000, sd = 20), c(1, 0, 1)),
    case("ARIMA(1,1,1)",
         simulated(16, 400, c(1, 1, 1), ar = 0.6, ma = 0.4), c(1, 1, 1)),
    case("ARIMA(0,1,1)",
         simulated(15, 400, c(0, 1, 1), ma = -0.6, level = 20), c(0, 1, 1)),
    case("ARIMA(2,1,0)",
         simulated(16, 400, c(2, 1, 0), ar = c(0.5, 0.3)), c(2, 1, 0)),
    case("Nile", Nile, c(1, 1, 1)),
    case("lynx, logarithms", log10(lynx), c(2, 0, 2))
  )
)
cat(jsonlite::toJSON(golden, auto_unbox = TRUE, digits = NA, pretty = TRUE), "\n")
