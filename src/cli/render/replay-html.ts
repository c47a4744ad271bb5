import type { ReplayPolicy, ReplayReport } from '#contracts/http/replay.ts';
import { POLICY_WORDS, replayMethod, replaySubject, replayTable } from './replay-report.ts';

const WIDTH = 960;
const HEIGHT = 220;
const MARGIN = { left: 44, right: 8, top: 8, bottom: 20 } as const;
/** Points of a line at most: more than pixels are of no use. */
const MOST_POINTS = 1_920;

const SHOWN = ['reactive', 'helios', 'static', 'oracle'] as const;

/** A text as HTML holds it: names and messages come from outside. */
export function escapeHtml(text: string): string {
  return text
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    .replace(/'/g, '&#39;');
}

/** A replay as one page without scripts or anything to load: pictures, table, settings, verdict. */
export function replayHtml(report: ReplayReport): string {
  const title = escapeHtml(`Replay of ${replaySubject(report)}`);
  const list = (lines: readonly string[]) =>
    `<ul>${lines.map((line) => `<li>${escapeHtml(line)}</li>`).join('')}</ul>`;
  const notes = report.notes.map(({ code, message }) => `${message} (${code})`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${title}</h1>
<p class="verdict">${escapeHtml(report.verdict.sentence)}</p>
${tableHtml(report)}
<h2>Demand and capacity</h2>
<p>Grey: demand, in units. Line: units that serve. Red: demand above them.</p>
${SHOWN.map((name) => pictureOf(report, name)).join('\n')}
<h2>How this was made</h2>
${list(replayMethod(report))}
${notes.length > 0 ? `<h2>Notes</h2>\n${list(notes)}` : ''}
</body>
</html>
`;
}

const STYLE = `
:root { color-scheme: light dark; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: ${WIDTH}px; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid #8885; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
.verdict { font-size: 1.15rem; font-weight: 600; }
figure { margin: 1rem 0; } figcaption { font-weight: 600; }
svg { width: 100%; height: auto; } svg text { font-size: 11px; fill: currentColor; }
.demand { fill: #8886; } .ready { fill: none; stroke: #2563eb; stroke-width: 1.2; }
.short { fill: #dc2626; } .axis { stroke: #8888; }
`;

function tableHtml(report: ReplayReport): string {
  const { columns, rows } = replayTable(report);
  const cell = (tag: string, align: string | undefined, text: string) =>
    `<${tag}${align ? ' class="number"' : ''}>${escapeHtml(text)}</${tag}>`;
  const head = columns.map(({ title, align }) => cell('th', align, title)).join('');
  const body = rows.map(
    (row) => `<tr>${row.map(({ text }, i) => cell('td', columns[i]?.align, text)).join('')}</tr>`,
  );
  return `<table><thead><tr>${head}</tr></thead><tbody>${body.join('')}</tbody></table>`;
}

function pictureOf(report: ReplayReport, name: ReplayPolicy['name']): string {
  const { chart, policies } = report;
  const ready = chart.ready[name];
  const policy = policies.find((each) => each.name === name);
  if (!ready || !policy) return '';
  const points = thinned(chart.demand, ready);
  const top = Math.max(
    1,
    ...SHOWN.flatMap((each) => greatest(chart.ready[each] ?? [])),
    greatest(chart.demand),
  );
  const x = (i: number) =>
    round(MARGIN.left + (i / Math.max(1, points.length)) * (WIDTH - MARGIN.left - MARGIN.right));
  const floor = HEIGHT - MARGIN.bottom;
  const y = (units: number) => round(floor - (units / top) * (floor - MARGIN.top));
  const demand = points.map(({ demand: units }, i) => `H${x(i)}V${y(units)}`).join('');
  const line = points.map(({ ready: units }, i) => `H${x(i)}V${y(units)}`).join('');
  const short = points
    .map(({ demand: units, ready: serving, isShort }, i) =>
      isShort ? `M${x(i)} ${y(units)}H${x(i + 1)}V${y(serving)}H${x(i)}Z` : '',
    )
    .join('');
  const minutes = Math.round(policy.under_capacity_minutes);
  const caption = escapeHtml(`${POLICY_WORDS[name]}: ${minutes} min under capacity`);
  const [from, to] = [report.judged_from, report.to].map((iso) =>
    escapeHtml(`${iso.slice(0, 16)}Z`),
  );
  return `<figure><figcaption>${caption}</figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${caption}">
<path class="demand" d="M${x(0)} ${floor}${demand}H${x(points.length)}V${floor}Z"/>
<path class="short" d="${short}"/>
<path class="ready" d="M${x(0)} ${y(points[0]?.ready ?? 0)}${line}H${x(points.length)}"/>
<line class="axis" x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${floor}" y2="${floor}"/>
<text x="2" y="${MARGIN.top + 8}">${formatUnits(top)}</text><text x="2" y="${floor}">0</text>
<text x="${MARGIN.left}" y="${HEIGHT - 5}">${from}</text>
<text x="${WIDTH - MARGIN.right}" y="${HEIGHT - 5}" text-anchor="end">${to}</text>
</svg></figure>`;
}

interface Point {
  readonly demand: number;
  readonly ready: number;
  readonly isShort: boolean;
}

/** One point for every few steps: the one with the worst shortage, so that none is lost. */
function thinned(demand: readonly (number | null)[], ready: readonly number[]): readonly Point[] {
  const every = Math.max(1, Math.ceil(demand.length / MOST_POINTS));
  const points: Point[] = [];
  for (let from = 0; from < demand.length; from += every) {
    let worst: Point | undefined;
    for (let i = from; i < Math.min(demand.length, from + every); i++) {
      const units = ready[i] ?? 0;
      const load = demand[i] ?? null;
      const point = { demand: load ?? 0, ready: units, isShort: load !== null && load > units };
      if (!worst || point.demand - point.ready > worst.demand - worst.ready) worst = point;
    }
    if (worst) points.push(worst);
  }
  return points;
}

function greatest(values: readonly (number | null)[]): number {
  return values.reduce<number>((most, value) => Math.max(most, value ?? 0), 0);
}

function round(value: number): number {
  return Number(value.toFixed(1));
}

function formatUnits(units: number): string {
  return String(Number(units.toPrecision(3)));
}
