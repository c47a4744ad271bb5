import {
  PROMETHEUS_PRESETS,
  type PrometheusSourceConfig,
} from '#contracts/config/sources/prometheus.ts';
import { DomainError } from '#core/errors.ts';
import { METRIC_NAME } from '#core/series/metric-catalogue.ts';
import { type NamedQuery, presetQueries } from './presets.ts';

type Configured = Pick<
  PrometheusSourceConfig,
  'queries' | 'metrics' | 'presets' | 'namespaces' | 'mapping' | 'rate_window'
>;

/**
 * Every query of a source with the metric that its values are.
 *
 * @throws {DomainError} `CONFIG_INVALID` for a query that no name can be found for, and for two of one name
 */
export function configuredQueries(config: Configured): readonly NamedQuery[] {
  const { queries, metrics, namespaces, mapping, rate_window: window } = config;
  const isBare = queries.length === 0 && metrics.length === 0;
  const presets = config.presets ?? (isBare ? PROMETHEUS_PRESETS : []);
  const own = [
    ...queries.map((query): NamedQuery => {
      if (typeof query !== 'string') {
        const rules = { ...mapping, ...query.mapping };
        return { ...query, mapping: rules };
      }
      const metric = metricOf(query);
      const isCounter = metric !== undefined && metric === query.trim() && isTotal(metric);
      return plain(nameOf(metric, query), query, isCounter, mapping);
    }),
    ...metrics.map((metric) => plain(nameOf(metric, metric), metric, isTotal(metric), mapping)),
  ];
  refuseRepeated(own);
  const brought = presetQueries(presets, { window, namespaces }).map((query) => ({
    ...query,
    mapping: { ...mapping, ...query.mapping },
  }));
  const taken = new Set(own.map(({ name }) => name));
  return [...own, ...brought.filter(({ name }) => !taken.has(name))];
}

function plain(
  name: string,
  query: string,
  counter: boolean,
  mapping: NamedQuery['mapping'],
): NamedQuery {
  return { name, query, counter, scale: 1, mapping };
}

/** Words that stand before a bracket or a set of labels and are no metrics. */
const WORDS = new Set([
  'by',
  'without',
  'on',
  'ignoring',
  'group_left',
  'group_right',
  'bool',
  'and',
  'or',
  'unless',
  'offset',
  'inf',
  'nan',
  'start',
  'end',
]);

/**
 * The metric that an expression is about: the only one in it.
 *
 * @example
 * ```ts
 * metricOf('sum(rate(http_requests_total{code=~"5.."}[5m])) by (job)'); // => 'http_requests_total'
 * metricOf('a / b'); // => undefined
 * ```
 */
export function metricOf(query: string): string | undefined {
  const bare = query
    .replace(/"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`/g, '')
    .replace(/\{[^}]*\}/g, '')
    .replace(/\[[^\]]*\]/g, '')
    .replace(/\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/gi, '');
  const words = [...bare.matchAll(/(?<![\w:.])[A-Za-z_:][\w:]*(?!\s*\()(?![\w:])/g)].map(
    ([word]) => word,
  );
  const metrics = new Set(words.filter((word) => !WORDS.has(word.toLowerCase())));
  const [only] = metrics;
  return metrics.size === 1 ? only : undefined;
}

function nameOf(metric: string | undefined, query: string): string {
  const name = metric?.toLowerCase().replaceAll(':', '_').replace(/^_+/, '').slice(0, 64);
  if (name !== undefined && METRIC_NAME.test(name)) return name;
  throw new DomainError('CONFIG_INVALID', `this query needs a name: ${query.slice(0, 200)}`, {
    query: query.slice(0, 200),
    write: '{ name: request_rate, query: ... }',
  });
}

/** Totals by the naming convention of Prometheus. */
function isTotal(metric: string): boolean {
  return /_(total|sum|count|bucket)$/.test(metric);
}

function refuseRepeated(queries: readonly NamedQuery[]): void {
  const seen = new Set<string>();
  for (const { name, query } of queries) {
    if (seen.has(name)) {
      throw new DomainError(
        'CONFIG_INVALID',
        `two queries are named ${name}: give one another name`,
        {
          name,
          query: query.slice(0, 200),
        },
      );
    }
    seen.add(name);
  }
}
