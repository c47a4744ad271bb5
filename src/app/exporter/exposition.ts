/** One sample: a value under labels, which may be any text. */
export interface ExpositionSample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** All samples of one metric, with what scrapers are told about it. */
export interface MetricFamily {
  /** Letters, digits and underscores, not beginning with a digit; ours, never a user's text. */
  readonly name: string;
  readonly help: string;
  /** `untyped` for a gauge with a label that linters keep for summaries, such as `quantile`. */
  readonly type: 'gauge' | 'counter' | 'untyped';
  readonly samples: readonly ExpositionSample[];
}

/**
 * Families in Prometheus' text format 0.0.4. Families without a sample are left out, and so are
 * samples that are no number: a gap says that nothing is known, which a NaN in a sum would not.
 *
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export function renderExposition(families: readonly MetricFamily[]): string {
  return families.map(renderFamily).join('');
}

/** The line of one sample, with its end. */
export function renderSample(name: string, { labels, value }: ExpositionSample): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escapeLabel(text)}"`);
  return `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`} ${value}\n`;
}

function renderFamily({ name, help, type, samples }: MetricFamily): string {
  const known = samples.filter(({ value }) => Number.isFinite(value));
  if (known.length === 0) return '';
  const lines = known.map((sample) => renderSample(name, sample)).join('');
  return `# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} ${type}\n${lines}`;
}

function escapeHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function escapeLabel(text: string): string {
  return escapeHelp(text).replaceAll('"', '\\"');
}
