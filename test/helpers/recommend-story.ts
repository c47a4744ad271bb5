import { createServices } from '#app/services.ts';
import type { ScalingEntry } from '#contracts/config/scaling.ts';
import type { EpochMs } from '#core/time.ts';
import { addMs, DAY, DEFAULT_STEP } from '#core/time.ts';
import { feed } from './feed.ts';
import { memoryStores, settableClock } from './memory-services.ts';

/** Two days of `shop/web` on five minutes that end at `end`, with nothing trained. */
export async function recommendStory(
  end: EpochMs,
  options: {
    readonly metrics: (row: number) => Readonly<Record<string, number>>;
    readonly scaling?: ScalingEntry;
  },
) {
  const clock = settableClock(end);
  const scaling = options.scaling ? [options.scaling] : [];
  const services = { ...createServices(memoryStores(), clock, { scaling }), clock };
  const rows = Array.from({ length: (2 * DAY) / DEFAULT_STEP }, (_, i) => options.metrics(i));
  const columns = Object.fromEntries(
    Object.keys(rows[0] ?? {}).map((metric) => [
      metric,
      rows.map((row) => row[metric] ?? Number.NaN),
    ]),
  );
  await feed(services, columns, { start: addMs(end, DAY, -2), step: DEFAULT_STEP });
  return services;
}
