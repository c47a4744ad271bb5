import type { Explanation, PredictResponse } from '#contracts/http/predict.ts';
import { formatCount, formatShare, formatValue, type Scale } from '#core/units.ts';
import { printable } from '../failure.ts';
import { type Cell, renderTable, type Table, textCell, unknownCell } from './table.ts';
import { styled, type Terminal } from './terminal.ts';
import { formatStep } from './time.ts';

/** What a rule of the blend does, in words. */
const COMBINATIONS = {
  median: 'the median of the members',
  half: 'half their mean by the weights in brackets, half their median',
  naive: 'the last value: no blend was better',
} as const satisfies Record<Explanation['rules'][number]['combine'], string>;

/**
 * What a blend is made of: how it combines its members, and what each says at the first step, in the
 * middle and at the end, with its weight and, in a fusion, its contribution.
 */
export function explanationText(
  forecast: PredictResponse,
  scale: Scale,
  terminal: Terminal,
): string {
  const { explanation, model, predictions } = forecast;
  if (!explanation) {
    const text = `${model} is a single model: there is no blend to take apart`;
    return `${styled(printable(text), 'dim', terminal)}\n`;
  }
  const names = explanation.members.map(({ member }) => member).join(', ');
  const lines = [
    ['blend', `${explanation.blend} of ${names}`],
    ...rulesOf(explanation, forecast),
    ...explanation.refused.map(({ name, reason }) => ['refused', `${name}: ${reason}`]),
  ].map(([name, text]) => `  ${(name ?? '').padEnd(9)} ${printable(text ?? '')}`);
  const shown = shownSteps(predictions.length);
  const table: Table = {
    columns: [
      { title: 'Member', key: 'member' },
      ...shown.map((step) => ({
        title: formatStep(step * forecast.step_seconds),
        key: `step_${step}`,
        align: 'right' as const,
      })),
    ],
    rows: [
      ...explanation.members.map((member) => [
        textCell(member.member),
        ...shown.map((step) => memberCell(explanation, member, step, scale)),
      ]),
      [
        textCell('forecast'),
        ...shown.map((step) => valueCell(predictions[step - 1]?.value, scale)),
      ],
    ],
  };
  return `${lines.join('\n')}\n\n${renderTable(table, terminal)}`;
}

function rulesOf(
  { blend, rules, evidence }: Explanation,
  { predictions, step_seconds }: PredictResponse,
): readonly (readonly string[])[] {
  if (blend === 'median') return [['combines', COMBINATIONS.median]];
  if (blend === 'fusion') {
    const weights = evidence
      ? `weights learned from the errors at ${formatCount(evidence)} forecast origins`
      : 'the weights it starts with: nothing was measured yet';
    return [['combines', `the mean by weight; ${weights}`]];
  }
  return rangesOf(rules)
    .filter(({ from_step }) => from_step <= predictions.length)
    .map(({ from_step, to_step, combine }) => {
      const last = Math.min(to_step, predictions.length);
      const end = formatStep(last * step_seconds);
      const range = from_step === last ? end : `${formatStep(from_step * step_seconds)} to ${end}`;
      return ['combines', `${range}: ${COMBINATIONS[combine]}`];
    });
}

/** The rules, with neighbours that combine alike as one. */
function rangesOf(rules: Explanation['rules']): Explanation['rules'] {
  const ranges: Explanation['rules'] = [];
  for (const rule of rules) {
    const before = ranges.at(-1);
    if (before?.combine === rule.combine) before.to_step = rule.to_step;
    else ranges.push({ ...rule });
  }
  return ranges;
}

/** The first step, the middle one and the last. */
function shownSteps(periods: number): readonly number[] {
  return [...new Set([1, Math.ceil(periods / 2), periods])].filter((step) => step >= 1);
}

type Member = Explanation['members'][number];

function memberCell(
  { blend, rules }: Explanation,
  { weights, values, contributions }: Member,
  step: number,
  scale: Scale,
): Cell {
  const value = values[step - 1];
  if (value === undefined) return unknownCell();
  const weight = weights[step - 1] ?? null;
  const contribution = contributions?.[step - 1];
  const text = formatValue(value, scale);
  if (blend === 'fusion' && weight !== null && contribution !== undefined) {
    const product = formatValue(contribution, scale);
    return { text: `${text} x ${formatShare(weight)} = ${product}`, raw: value };
  }
  const rule = rules.find(({ to_step }) => step <= to_step) ?? rules.at(-1);
  if (rule?.combine !== 'half') return { text, raw: value };
  return { text: `${text} (${weight === null ? 'no part' : formatShare(weight)})`, raw: value };
}

function valueCell(value: number | undefined, scale: Scale): Cell {
  return value === undefined ? unknownCell() : { text: formatValue(value, scale), raw: value };
}

/** Columns that stand beside the steps of the forecast where every step is printed. */
export function explanationColumns(
  explanation: Explanation,
  steps: number,
  scale: Scale,
): { readonly columns: Table['columns']; readonly rows: Table['rows'] } {
  const right = { align: 'right' } as const;
  const share = (weight: number | null | undefined): Cell =>
    weight === null || weight === undefined
      ? { text: '', raw: null }
      : { text: formatShare(weight), raw: weight };
  return {
    columns: explanation.members.flatMap(({ member, contributions }) => [
      { title: member, key: `${member}_value`, ...right },
      { title: `${member} weight`, key: `${member}_weight`, ...right },
      ...(contributions
        ? [{ title: `${member} contribution`, key: `${member}_contribution`, ...right }]
        : []),
    ]),
    rows: Array.from({ length: steps }, (_, h) =>
      explanation.members.flatMap(({ values, weights, contributions }) => [
        valueCell(values[h], scale),
        share(weights[h]),
        ...(contributions ? [valueCell(contributions[h], scale)] : []),
      ]),
    ),
  };
}
