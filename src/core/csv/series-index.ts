import { METRIC_NAME } from '../series/metric-catalogue.ts';
import type { ColumnMapping } from './column-mapping.ts';
import { badPart, type Identity, identityOfLabels, instanceName, parseLabels } from './identity.ts';
import type { IdentityColumns } from './layout.ts';
import type { Conversion } from './units.ts';

/** What a value is of. The same series is always the same object. */
export interface CsvSeries {
  /** What the rows say of the workload, without its instance. */
  readonly workload: Omit<Identity, 'instance'>;
  /** Pod or host, as sources name it; undefined where rows do not tell several apart. */
  readonly instance: string | undefined;
  readonly metric: string;
}

/** A workload of the file with its series by metric. */
export interface CsvOwner {
  /** The series of a metric name of the catalogue. */
  series(metric: string): CsvSeries;
}

/** Finds what rows are of. Text is the reason why there is no such thing. */
export interface OwnerIndex {
  ownerOf(fields: readonly string[]): CsvOwner | string;
}

/** More workloads and instances are no file of metrics, and would not fit the memory. */
const MOST_OWNERS = 50_000;

/** @param identity - undefined: all rows are of one workload */
export function ownerIndex(identity: IdentityColumns | undefined): OwnerIndex {
  const none = owner({});
  if (identity === undefined) return { ownerOf: () => none };
  const owners = new Map<string, CsvOwner | string>();
  let lastKey: string | undefined;
  let last: CsvOwner | string = none;
  const find = (key: string, fields: readonly string[]): CsvOwner | string => {
    const known = owners.get(key);
    if (known !== undefined) return known;
    if (owners.size >= MOST_OWNERS) return `more than ${MOST_OWNERS} workloads and instances`;
    const read = readIdentity(identity, fields);
    const found = typeof read === 'string' ? read : owner(read);
    owners.set(detached(key), found);
    return found;
  };
  return {
    ownerOf(fields) {
      const key = keyOf(identity, fields);
      if (key !== lastKey) {
        last = find(key, fields);
        lastKey = key;
      }
      return last;
    },
  };
}

function keyOf(identity: IdentityColumns, fields: readonly string[]): string {
  if (identity.kind === 'labels') {
    const labels = fields[identity.labels] ?? '';
    return identity.id === undefined ? labels : `${labels}\n${fields[identity.id]}`;
  }
  const [only, ...others] = identity.parts;
  if (only && others.length === 0) return fields[only[0]] ?? '';
  return identity.parts.map(([index]) => fields[index]).join('\n');
}

function readIdentity(identity: IdentityColumns, fields: readonly string[]): Identity | string {
  const read = identity.kind === 'labels' ? ofLabels(identity, fields) : ofParts(identity, fields);
  if (typeof read === 'string') return read;
  const bad = badPart(read);
  return bad === undefined
    ? read
    : `"${bad.slice(0, 64)}" is no name of a workload: letters, digits, dots, dashes and underscores`;
}

function ofLabels(
  { labels, id }: Extract<IdentityColumns, { kind: 'labels' }>,
  fields: readonly string[],
): Identity | string {
  const text = fields[labels] ?? '';
  const parsed = parseLabels(text);
  if (parsed === undefined) return `"${text.slice(0, 40)}" are no labels: key=value,key=value`;
  const containerId = id === undefined ? '' : (fields[id] ?? '');
  return identityOfLabels(parsed, containerId);
}

function ofParts(
  { parts }: Extract<IdentityColumns, { kind: 'parts' }>,
  fields: readonly string[],
): Identity {
  return Object.fromEntries(
    parts.flatMap(([index, part]) => (fields[index] ? [[part, fields[index]]] : [])),
  );
}

function owner({ instance, ...parts }: Identity): CsvOwner {
  const workload = Object.fromEntries(
    Object.entries(parts).map(([part, text]) => [part, detached(text)]),
  );
  const name = instance === undefined ? '' : instanceName(detached(instance));
  const known = new Map<string, CsvSeries>();
  return {
    series(metric) {
      const found = known.get(metric);
      if (found) return found;
      const own = detached(metric);
      const made = { workload, instance: name === '' ? undefined : name, metric: own };
      known.set(own, made);
      return made;
    },
  };
}

/** A metric as rows of the long form name it, with how its values are converted; or why it is none. */
export type NamedMetric =
  | { readonly metric: string; readonly conversion: Conversion | undefined }
  | { readonly problem: string };

/** Looks names of metrics up: in what a person mapped, else as they are. */
export function metricNames(map: readonly ColumnMapping[]): (name: string) => NamedMetric {
  const mapped = new Map(map.map((each) => [each.column.toLowerCase(), each]));
  const known = new Map<string, NamedMetric>();
  return (name) => {
    const found = known.get(name);
    if (found) return found;
    const mapping = mapped.get(name.toLowerCase());
    const read: NamedMetric = mapping ?? plainName(name);
    if ('metric' in read && known.size < MOST_OWNERS) known.set(detached(name), read);
    return read;
  };
}

function plainName(name: string): NamedMetric {
  if (METRIC_NAME.test(name)) return { metric: detached(name), conversion: undefined };
  const shown = name.slice(0, 64);
  const problem = `"${shown}" is no metric name (a lower-case letter, then a-z, 0-9 and _): --map '${shown}=metric'`;
  return { problem };
}

/**
 * A copy that stands for itself. A part of a longer text keeps all of that text in memory, which for a
 * key that is kept would be a whole piece of the file.
 */
function detached(text: string): string {
  return ` ${text}`.slice(1);
}
