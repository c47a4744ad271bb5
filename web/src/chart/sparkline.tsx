import type { Points } from './chart-model.ts';
import { type SparkBox, sparkPaths } from './spark-path.ts';

const BOX: SparkBox = { width: 168, height: 32, padding: 2 };

/** A small picture of what was and what is to come: history solid, forecast dashed, band shaded. */
export function Sparkline({
  history,
  forecast,
  lower,
  upper,
  label,
}: {
  readonly history: Points;
  readonly forecast?: Points | undefined;
  readonly lower?: Points | undefined;
  readonly upper?: Points | undefined;
  /** The same in words. */
  readonly label: string;
}) {
  const paths = sparkPaths({ history, forecast, lower, upper }, BOX);
  return (
    <svg
      class="sparkline"
      viewBox={`0 0 ${BOX.width} ${BOX.height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      {paths.band && <path class="band" d={paths.band} />}
      {paths.now !== undefined && (
        <line class="now" x1={paths.now} x2={paths.now} y1={0} y2={BOX.height} />
      )}
      <path class="history" d={paths.history} />
      {paths.forecast && <path class="forecast" d={paths.forecast} />}
    </svg>
  );
}
