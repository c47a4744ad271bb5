import type { Explanation } from '#contracts/http/predict.ts';
import { type BlendSpec, membersOf } from '#core/forecast/blend-spec.ts';
import { type KnownEvent, withEvents } from '#core/forecast/known-events.ts';
import type { Series } from '#core/series/series.ts';
import type { ChosenModel } from './choose-model.ts';
import { modelOfBundle } from './model-of-bundle.ts';

/**
 * What each member of the blend that answered says for the steps asked for, with the weight it is
 * used with. Undefined when a single model has answered: there is nothing to take apart.
 *
 * @param recent - what the members are conditioned on, as observed
 * @param events - what every member expects, as the answer does
 */
export function explain(
  { bundle, pools, member }: ChosenModel,
  recent: Series | undefined,
  periods: number,
  events: readonly KnownEvent[] = [],
): Explanation | undefined {
  const spec = bundle.blends[member];
  if (!spec) return undefined;
  const members = membersOf(spec).map((name, i) => {
    const fitted = withEvents(modelOfBundle(bundle, name, pools), events);
    const current = recent ? fitted.update({ target: recent }) : fitted;
    const values = [...current.predict({ horizon: periods }).point];
    const weights = values.map((_, h) => weightAt(spec, i, h + 1));
    const contributions =
      spec.kind === 'fusion' ? values.map((value, h) => value * (weights[h] ?? 0)) : null;
    return { member: name, weights, values, contributions };
  });
  return {
    blend: spec.kind,
    members,
    rules:
      spec.kind === 'auto'
        ? spec.rules.map(({ fromStep, toStep, combine }) => ({
            from_step: fromStep,
            to_step: toStep,
            combine,
          }))
        : [],
    evidence: spec.kind === 'fusion' ? spec.evidence : null,
    refused: spec.kind === 'fusion' ? spec.refused : [],
  };
}

/** The weight of a blend's member some steps ahead; null where it has none. */
function weightAt(spec: BlendSpec, member: number, step: number): number | null {
  if (spec.kind === 'median') return null;
  if (spec.kind === 'fusion') return spec.members[member]?.weight ?? null;
  const rule = spec.rules.find(({ toStep }) => step <= toStep) ?? spec.rules.at(-1);
  return rule?.combine === 'half' ? (rule.weights[member] ?? null) : null;
}
