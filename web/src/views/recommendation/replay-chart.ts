import type { ReplayPolicy, ReplayReport } from '#contracts/http/replay.ts';
import { type ChartLine, type ChartModel, gridPoints } from '../../chart/chart-model.ts';

/** What a policy is called, and what it does. */
export const POLICIES: Readonly<
  Record<ReplayPolicy['name'], { readonly name: string; readonly says: string }>
> = {
  static: { name: 'Static', says: 'as many as the first half needed, always' },
  static_peak: { name: 'Static, for the peak', says: 'enough for the highest demand ever seen' },
  reactive: { name: 'Reactive', says: 'follows what was measured, tuned on the first half' },
  helios: { name: 'Helios', says: 'follows the forecast, tuned to the same unit-hours' },
  oracle: { name: 'Oracle', says: 'knows the future: nobody can do better' },
};

const LOOKS = {
  helios: 'forecast',
  reactive: 'second',
  static: 'third',
  oracle: 'naive',
} as const satisfies Partial<Record<ReplayPolicy['name'], ChartLine['look']>>;

/** The judged half of a replay: demand, and the units that each policy had ready. */
export function replayChart({ chart, judged_from, step_seconds }: ReplayReport): ChartModel {
  const lines: ChartLine[] = [
    {
      id: 'demand',
      label: 'Demand',
      look: 'history',
      points: gridPoints(judged_from, step_seconds, chart.demand),
    },
  ];
  for (const name of ['helios', 'reactive', 'static', 'oracle'] as const) {
    const ready = chart.ready[name];
    if (!ready) continue;
    lines.push({
      id: name,
      label: POLICIES[name].name,
      look: LOOKS[name],
      stepped: true,
      points: gridPoints(judged_from, step_seconds, ready),
    });
  }
  return { unit: 'count', lines, bands: [] };
}
