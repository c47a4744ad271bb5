import type { Unit } from '#core/series/metric-catalogue.ts';
import { formatSingle } from '#core/units.ts';

/** A dash where there is no number, with the reason why. */
export function Missing({ reason }: { readonly reason: string }) {
  return (
    <span class="missing" title={reason}>
      <span aria-hidden="true">–</span>
      <span class="visually-hidden">{reason}</span>
    </span>
  );
}

/** A number with its unit, or a dash and why there is none. */
export function Value({
  value,
  unit,
  reason = 'not known',
}: {
  readonly value: number | null | undefined;
  readonly unit: Unit;
  readonly reason?: string;
}) {
  if (value === null || value === undefined || !Number.isFinite(value)) {
    return <Missing reason={reason} />;
  }
  return <span class="number">{formatSingle(value, unit)}</span>;
}
