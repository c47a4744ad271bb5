import type { Fit } from '#contracts/http/fits.ts';
import { formatCount, formatGain, formatValue, type Scale, scaleFor, unitOf } from '#core/units.ts';
import { workloadKey, workloadLabel } from '#core/workload.ts';
import { type Cell, type Table, textCell, unknownCell, withoutColumns } from './table.ts';
import { formatDuration } from './time.ts';

/**
 * Every fit with its error, the best of a metric first. Errors of one metric share a scale, so that
 * they can be compared at a glance.
 */
export function fitsTable(fits: readonly Fit[]): Table {
  const right = { align: 'right' } as const;
  return {
    columns: [
      { title: 'Workload', key: 'workload' },
      { title: 'Metric', key: 'metric' },
      { title: 'Model', key: 'model' },
      { title: 'MAE', key: 'mae', ...right },
      { title: 'Unit', key: 'unit' },
      { title: 'vs naive', key: 'skill_vs_naive', ...right },
      { title: 'Cases', key: 'cases', ...right },
      { title: 'Fit time', key: 'fit_ms', ...right },
      { title: 'Serves', key: 'serves' },
      { title: 'Version', key: 'version' },
      { title: 'Data', key: 'data_sha256' },
    ],
    rows: bySubject(fits).flatMap((group) => {
      const ranked = [...group].sort((a, b) => (a.mae ?? Infinity) - (b.mae ?? Infinity));
      const scale = scaleOfErrors(group);
      return ranked.map((fit) => fitRow(fit, scale));
    }),
  };
}

/** The fits of one workload as a terminal shows them: without what it has read already. */
export function workloadFitsTable(fits: readonly Fit[]): Table {
  return withoutColumns(fitsTable(fits), ['workload', 'unit', 'version', 'data_sha256']);
}

function fitRow(fit: Fit, scale: Scale): readonly Cell[] {
  const { mae, skill_vs_naive, fit_ms } = fit;
  return [
    textCell(workloadLabel(fit.workload)),
    textCell(fit.metric),
    textCell(fit.model),
    errorCell(mae, scale),
    textCell(unitOf(fit.metric)),
    skill_vs_naive === null
      ? unknownCell('not measured')
      : { text: formatGain(skill_vs_naive), raw: skill_vs_naive },
    { text: formatCount(fit.cases), raw: fit.cases },
    fit_ms === null
      ? { text: 'not fitted', raw: null, dim: true }
      : { text: formatDuration(fit_ms), raw: fit_ms },
    textCell(fit.serves ? 'yes' : ''),
    textCell(fit.version),
    textCell(fit.data_sha256),
  ];
}

/** An error on a scale; `?` where it was not measured. */
export function errorCell(mae: number | null, scale: Scale): Cell {
  return mae === null ? unknownCell('not measured') : { text: formatValue(mae, scale), raw: mae };
}

/** One scale for the errors of fits of one metric. */
export function scaleOfErrors(fits: readonly Fit[]): Scale {
  const errors = fits.flatMap(({ mae }) => (mae === null ? [] : [mae]));
  return scaleFor(unitOf(fits[0]?.metric ?? ''), errors);
}

/** Fits of one workload and metric together, in the order in which they come first. */
function bySubject(fits: readonly Fit[]): readonly (readonly Fit[])[] {
  const groups = new Map<string, Fit[]>();
  for (const fit of fits) {
    const subject = `${workloadKey(fit.workload)}#${fit.metric}`;
    groups.set(subject, [...(groups.get(subject) ?? []), fit]);
  }
  return [...groups.values()];
}
