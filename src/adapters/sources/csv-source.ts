import type { MetricSource, SweptWorkload } from '#app/ports/metric-source.ts';
import type { Observation } from '#app/ports/observation-store.ts';
import type { CsvSourceConfig } from '#contracts/config/sources/csv.ts';
import { parseMapping } from '#core/csv/column-mapping.ts';
import { instanceName } from '#core/csv/identity.ts';
import { type CsvForm, type CsvOptions, readCsv } from '#core/csv/read-csv.ts';
import type { CsvSeries } from '#core/csv/series-index.ts';
import { DomainError } from '#core/errors.ts';
import { durationMs, type EpochMs, epochMs, MINUTE, SECOND } from '#core/time.ts';
import { type WorkloadId, workloadKey } from '#core/workload.ts';
import type { SourceDeps } from './define-source.ts';
import { type FilePiece, type FilePlace, GrowingFile } from './growing-file.ts';
import { seriesOwner } from './series-owner.ts';

/** Rows that cannot be read are told one by one up to here. */
const MOST_PROBLEMS = 5;

interface Read {
  readonly workload: WorkloadId;
  readonly observation: Observation;
}

/**
 * A CSV file that grows, read by the rules of `helios import`: each sweep gives the rows that have come
 * since the one before. Where a row ends is remembered in memory, and only taken for done when the next
 * sweep shows that the one before was kept; after a restart the file is read again from the beginning,
 * and rows that are older than the range are left out.
 */
export function csvSource(
  config: CsvSourceConfig,
  deps: Pick<SourceDeps, 'name' | 'clock' | 'workload'>,
): MetricSource {
  const file = new GrowingFile(config.path);
  const step = durationMs(config.step_seconds * SECOND);
  const options = optionsOf(config);
  let form: CsvForm | undefined;
  let done: FilePlace | undefined;
  let given: { readonly place: FilePlace; readonly through: EpochMs } | undefined;
  let isFirst = true;

  return {
    name: deps.name,
    async collect() {
      const reason = 'a file that grows is read as a whole, by an agent';
      return { step, observations: [], counters: [], problems: [{ metric: '*', reason }] };
    },
    async sweep({ range }) {
      if (given && range.from >= given.through) {
        done = given.place;
        isFirst = false;
      }
      const oldest = range.from - config.lookback_minutes * MINUTE;
      const reads: Read[] = [];
      const problems: { metric: string; reason: string }[] = [];
      let unreadable = 0;
      let place = done;
      for (const piece of await file.read(done)) {
        place = piece.end;
        if (piece.text === '') continue;
        const summary = await readCsv(
          piecesOf(piece),
          { ...options, ...formOptions(form) },
          {
            value(series, at, value) {
              const isOld = isFirst && !config.from_beginning && at < oldest;
              if (!isOld) reads.push(readOf(series, at, value, deps));
            },
            problem(line, reason) {
              unreadable++;
              if (unreadable <= MOST_PROBLEMS)
                problems.push({ metric: '*', reason: `line ${line} of what is new: ${reason}` });
            },
          },
        );
        if (summary.form.times === 'row-number') {
          throw new DomainError('CONFIG_INVALID', `${config.path} has row numbers for times`, {
            try: 'helios import --start ... --step ...',
          });
        }
        form = summary.form;
      }
      if (unreadable > MOST_PROBLEMS) {
        problems.push({ metric: '*', reason: `${unreadable} rows cannot be read` });
      }
      if (place === undefined) return { workloads: [], problems };
      const newest = reads.reduce((most, { observation: { at } }) => Math.max(most, at), 0);
      // Not beyond now, or the next sweep could not tell that this one was kept.
      const through = epochMs(
        Math.min(Math.max(newest + 1, given?.through ?? range.from), range.to),
      );
      given = { place, through };
      return { workloads: byWorkload(reads, step), problems, through };
    },
    close: () => file.close(),
  };
}

async function* piecesOf({ header, text }: FilePiece): AsyncGenerator<string> {
  yield `${header}\n`;
  yield text;
}

function optionsOf(config: CsvSourceConfig): CsvOptions {
  const { metric, map, skip, time_column, zone, delimiter, decimal } = config;
  return {
    metric,
    map: map.map(parseMapping),
    skip,
    timeColumn: time_column,
    zone,
    delimiter,
    decimal,
  };
}

/** What the first rows have shown holds for those that follow. */
function formOptions(form: CsvForm | undefined): Partial<CsvOptions> {
  if (form === undefined || form.times === 'row-number') return {};
  return { delimiter: form.delimiter, decimal: form.decimal, dateFormat: form.times };
}

function readOf(
  { workload: named, instance, metric }: CsvSeries,
  at: EpochMs,
  value: number,
  deps: Pick<SourceDeps, 'name' | 'clock' | 'workload'>,
): Read {
  const owner = seriesOwner({ ...named, ...(instance !== undefined && { instance }) }, deps);
  const plain = owner.instance === undefined ? '' : instanceName(owner.instance);
  const source = plain === '' ? deps.name : `${deps.name}@${plain}`;
  const asOf = deps.clock.now();
  return { workload: owner.workload, observation: { metric, at, value, source, asOf } };
}

function byWorkload(reads: readonly Read[], step: SweptWorkload['collected']['step']) {
  const groups = new Map<string, { workload: WorkloadId; observations: Observation[] }>();
  for (const { workload, observation } of reads) {
    const key = workloadKey(workload);
    const group = groups.get(key) ?? { workload, observations: [] };
    groups.set(key, group);
    group.observations.push(observation);
  }
  return [...groups.values()].map(({ workload, observations }) => ({
    workload,
    collected: { step, observations, counters: [], problems: [] },
  }));
}
