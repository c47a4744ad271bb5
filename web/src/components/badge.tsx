import type { ComponentChildren } from 'preact';
import type { Severity } from '#core/detect/severity.ts';
import type { Grade } from '#core/evaluate/grade.ts';

/** What a mark means: its colour, and the sign that says the same without one. */
export type Tone = 'good' | 'info' | 'warn' | 'bad' | 'quiet';

const SIGNS: Readonly<Record<Tone, string>> = {
  good: '●',
  info: '◐',
  warn: '▲',
  bad: '◆',
  quiet: '○',
};

/** A short statement with a sign and a colour. */
export function Badge({
  tone,
  title,
  children,
}: {
  readonly tone: Tone;
  readonly title?: string;
  readonly children: ComponentChildren;
}) {
  return (
    <span class={`badge ${tone}`} title={title}>
      <span aria-hidden="true" class="sign">
        {SIGNS[tone]}
      </span>
      {children}
    </span>
  );
}

const GRADES: Readonly<Record<Grade, { tone: Tone; text: string; title: string }>> = {
  predictable: { tone: 'good', text: 'predictable', title: 'forecasts may be acted on' },
  trend_only: { tone: 'info', text: 'trend only', title: 'forecasts inform; nothing acts on them' },
  reactive_is_fine: {
    tone: 'quiet',
    text: 'reactive is fine',
    title: 'the last value does as well: forecasts add nothing',
  },
  unforecastable: { tone: 'warn', text: 'unforecastable', title: 'forecasts are not to be used' },
  too_little_data: { tone: 'quiet', text: 'too little data', title: 'not judged yet' },
};

/** What forecasts are worth, in a word. */
export function GradeBadge({ grade }: { readonly grade: Grade }) {
  const { tone, text, title } = GRADES[grade];
  return (
    <Badge tone={tone} title={title}>
      {text}
    </Badge>
  );
}

const SEVERITIES: Readonly<Record<Severity, Tone>> = {
  low: 'quiet',
  medium: 'warn',
  high: 'bad',
  critical: 'bad',
};

/** How bad an incident is. */
export function SeverityBadge({ severity }: { readonly severity: Severity }) {
  return <Badge tone={SEVERITIES[severity]}>{severity}</Badge>;
}
