import type { MetricSource } from '#app/ports/metric-source.ts';
import { DomainError } from '#core/errors.ts';
import { toIso } from '#core/time.ts';
import type { ExportRange } from './frame-pages.ts';
import type { ExportRow } from './row-format.ts';
import type { RowSource } from './stored-rows.ts';

/**
 * What a source answers over a range, straight from it. Times are its own; instances have a column.
 *
 * @param tell - takes what a source could not deliver
 */
export function sourceRows(
  source: MetricSource,
  range: ExportRange,
  tell: (problem: string) => void,
): RowSource {
  return {
    columns: [
      'timestamp',
      'cluster',
      'namespace',
      'deployment',
      'container',
      'instance',
      'metric',
      'value',
    ],
    async *rows() {
      if (!source.sweep) {
        throw new DomainError('CONFIG_INVALID', `${source.name} cannot be read over a range`);
      }
      const told = new Set<string>();
      const tellOnce = ({ metric, reason }: { metric: string; reason: string }) => {
        if (!told.has(metric)) tell(`${source.name}: ${metric}: ${reason}`);
        told.add(metric);
      };
      for (let from = range.from; from < range.to; ) {
        const {
          workloads,
          problems,
          through = range.to,
        } = await source.sweep({
          range: { from, to: range.to },
        });
        problems.forEach(tellOnce);
        for (const { workload, collected } of workloads) {
          collected.problems.forEach(tellOnce);
          const { cluster, namespace, deployment, container } = workload;
          for (const { metric, at, value, source: of } of collected.observations) {
            const [, instance = null] = of.split('@', 2);
            const row: ExportRow = [
              toIso(at),
              cluster,
              namespace,
              deployment,
              container,
              instance,
              metric,
              value,
            ];
            yield row;
          }
        }
        // What has not settled yet, or does not answer, is not waited for.
        if (through <= from) return;
        from = through;
      }
    },
  };
}
