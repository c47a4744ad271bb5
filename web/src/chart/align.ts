import type { ChartModel, Points } from './chart-model.ts';

/** Columns over one axis of times: null is a gap, undefined says nothing and is drawn over. */
export interface Aligned {
  /** Seconds since 1970, ascending. */
  readonly times: number[];
  /** The lines of the model, then lower and upper bound of each band. */
  readonly columns: (number | null | undefined)[][];
}

/** Brings the lines and bands of a chart onto one axis. */
export function align({ lines, bands }: ChartModel): Aligned {
  const sources: readonly Points[] = [
    ...lines.map(({ points }) => points),
    ...bands.flatMap(({ times, lower, upper }) => [
      { times, values: lower },
      { times, values: upper },
    ]),
  ];
  const times = union(sources.map((source) => source.times));
  const columns = sources.map((source) => onto(times, source));
  return { times: times.map((at) => at / 1_000), columns };
}

/** All times of several ascending lists, once each. */
function union(lists: readonly (readonly number[])[]): number[] {
  const distinct = [...new Set(lists)];
  const all = new Float64Array(distinct.reduce((sum, { length }) => sum + length, 0));
  let length = 0;
  for (const list of distinct) for (const at of list) all[length++] = at;
  all.sort();
  const union: number[] = [];
  for (const at of all) if (at !== union[union.length - 1]) union.push(at);
  return union;
}

function onto(times: readonly number[], source: Points): (number | null | undefined)[] {
  const column = new Array<number | null | undefined>(times.length).fill(undefined);
  let at = 0;
  source.times.forEach((time, i) => {
    while ((times[at] ?? time) < time) at++;
    if (times[at] === time) column[at] = finite(source.values[i]);
  });
  return column;
}

function finite(value: number | null | undefined): number | null {
  return value !== null && value !== undefined && Number.isFinite(value) ? value : null;
}
