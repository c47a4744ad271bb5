/** One sample as a scraper reads it. */
export interface ScrapedSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/**
 * Reads Prometheus' text format 0.0.4 as strictly as its documents describe it: HELP and TYPE once
 * and before the samples, all lines of a family together, no series twice, a newline at the end.
 *
 * @throws {Error} that names the line which is wrong
 */
export function parseExposition(text: string): readonly ScrapedSample[] {
  if (text !== '' && !text.endsWith('\n')) throw new Error('the last line has no end');
  const samples: ScrapedSample[] = [];
  const described = new Map<string, Set<string>>();
  const closed = new Set<string>();
  const series = new Set<string>();
  let family: string | undefined;
  const enter = (name: string, line: string) => {
    if (name === family) return;
    if (closed.has(name)) throw new Error(`${name} is in two places: ${line}`);
    if (family !== undefined) closed.add(family);
    family = name;
  };
  for (const line of text.split('\n').slice(0, -1)) {
    const comment = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line);
    if (comment) {
      const [, kind = '', name = '', rest = ''] = comment;
      enter(name, line);
      const known = described.get(name) ?? new Set();
      if (known.has(kind) || samples.some((sample) => sample.name === name)) {
        throw new Error(`late or twice: ${line}`);
      }
      if (kind === 'TYPE' && !['gauge', 'counter', 'untyped'].includes(rest)) throw new Error(line);
      described.set(name, known.add(kind));
      continue;
    }
    const sample = parseSample(line);
    enter(sample.name, line);
    if (described.get(sample.name)?.size !== 2) throw new Error(`not described: ${line}`);
    const identity = JSON.stringify([sample.name, Object.entries(sample.labels).sort()]);
    if (series.has(identity)) throw new Error(`twice: ${line}`);
    series.add(identity);
    samples.push(sample);
  }
  return samples;
}

function parseSample(line: string): ScrapedSample {
  const [, name = '', , inside, value = ''] =
    /^([^\s{]+)(\{((?:[^"}]|"(?:\\.|[^"\\])*")*)\})? (\S+)$/.exec(line) ?? [];
  if (!NAME.test(name)) throw new Error(`no name: ${line}`);
  const number = Number(value);
  if (value === '' || Number.isNaN(number)) throw new Error(`no number: ${line}`);
  return { name, labels: parseLabels(inside ?? '', line), value: number };
}

function parseLabels(text: string, line: string): Record<string, string> {
  const labels: Record<string, string> = {};
  let rest = text;
  while (rest !== '') {
    const [whole, name = '', value = ''] = /^([^=,"]+)="((?:\\.|[^"\\])*)",?/.exec(rest) ?? [];
    if (whole === undefined || !LABEL_NAME.test(name) || name in labels) {
      throw new Error(`labels: ${line}`);
    }
    labels[name] = value.replace(/\\(.)/g, (_, escaped: string) => {
      if (escaped === 'n') return '\n';
      if (escaped === '"' || escaped === '\\') return escaped;
      throw new Error(`escape \\${escaped}: ${line}`);
    });
    rest = rest.slice(whole.length);
  }
  return labels;
}
