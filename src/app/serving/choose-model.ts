import type { ModelBundle } from '#contracts/artifacts/model-bundle.ts';
import type { Reason } from '#contracts/http/common.ts';
import { DomainError } from '#core/errors.ts';
import type { PoolLookup } from '#core/forecast/forecaster.ts';
import { epochMs, toIso } from '#core/time.ts';
import type { ModelSubject, ModelVersion } from '../model-registry.ts';
import { modelsIn } from './model-of-bundle.ts';
import type { ServingDeps } from './serving-deps.ts';

/** What the seeds call the ensemble. */
const BLEND = 'auto';

/** The version a request is answered from, and which of its members answers. */
export interface ChosenModel {
  readonly version: ModelVersion;
  readonly bundle: ModelBundle;
  readonly pools: PoolLookup;
  readonly isCached: boolean;
  readonly stage: 'champion' | 'candidate';
  readonly member: string;
  /** Why it is not the champion's own answer, where it is not. */
  readonly reasons: readonly Reason[];
}

/**
 * Picks what answers: the champion's choice for `auto`; `naive` until a version has won its
 * comparison, from the newest version's own measurements; or the model asked for by name, of the
 * champion, and of the newest version where the champion has none of it.
 *
 * @returns undefined when nothing was trained yet
 * @throws {DomainError} `MODEL_UNKNOWN` with the models there are
 */
export async function chooseModel(
  deps: ServingDeps,
  subject: ModelSubject,
  requested: string,
): Promise<ChosenModel | undefined> {
  const pointer = await deps.registry.pointer(subject);
  if (!pointer) return undefined;
  const known: string[] = [];
  let newest: ModelBundle | undefined;
  for (const name of new Set([pointer.champion, pointer.latest])) {
    const version = name === null ? undefined : await deps.registry.version(subject, name);
    if (!version) continue;
    const loaded = await deps.bundles(version);
    const stage = name === pointer.champion ? 'champion' : 'candidate';
    const member = memberFor(requested, loaded.bundle, stage);
    if (member !== undefined) {
      return { version, ...loaded, stage, member, reasons: reasonsOf(version, stage, requested) };
    }
    known.push(...modelsIn(loaded.bundle));
    newest = loaded.bundle;
  }
  if (newest) throw unknownModel(requested, known, newest);
  return undefined;
}

function memberFor(
  requested: string,
  bundle: ModelBundle,
  stage: ChosenModel['stage'],
): string | undefined {
  if (requested === 'auto') return stage === 'champion' ? bundle.serves : 'naive';
  const member = requested === 'ensemble' ? BLEND : requested;
  return modelsIn(bundle).includes(member) ? member : undefined;
}

/** A model asked for by name needs no excuse; the last value in place of a model does. */
function reasonsOf(
  { decision }: ModelVersion,
  stage: ChosenModel['stage'],
  requested: string,
): readonly Reason[] {
  if (stage === 'champion' || requested !== 'auto') return [];
  const message = `naive is served: the model trained is ${decision.message}`;
  return [{ ...decision, message }];
}

/** A model that this workload does not have. */
export function unknownModel(
  requested: string,
  members: readonly string[],
  bundle?: ModelBundle,
): DomainError {
  const until = bundle && toIso(epochMs(bundle.provenance.training.to));
  return new DomainError('MODEL_UNKNOWN', `there is no model ${requested} for this metric`, {
    model: requested,
    known: [...new Set(['auto', 'ensemble', ...members])],
    ...(until ? { trained_until: until } : {}),
  });
}
