# Times one fit of R's Prophet, for `npm run bench -- prophet`.
#   Rscript scripts/bench/prophet-time.R FILE
# FILE is a CSV with the columns timestamp (ISO 8601, UTC) and value. Prints JSON:
# {"version": ..., "points": ..., "seconds": ...}, of a fit without uncertainty samples.
suppressPackageStartupMessages(library(prophet))

path <- commandArgs(trailingOnly = TRUE)[1]
rows <- read.csv(path)
# Timestamps as 2024-01-01T00:00:00Z or 2024-01-01 00:00:00, with or without the zone's letter.
plain <- sub("Z$", "", sub("T", " ", rows$timestamp))
history <- data.frame(ds = as.POSIXct(plain, tz = "UTC"), y = rows$value)
seconds <- system.time(
  prophet(
    history,
    daily.seasonality = TRUE, weekly.seasonality = TRUE, yearly.seasonality = FALSE,
    uncertainty.samples = 0
  )
)[["elapsed"]]
answer <- list(
  version = as.character(packageVersion("prophet")), points = nrow(history), seconds = seconds
)
cat(jsonlite::toJSON(answer, auto_unbox = TRUE, digits = NA), "\n")
