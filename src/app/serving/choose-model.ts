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
 * Picks what answers: the champion's blend for `auto`; `naive` until a version has won its
 * comparison, from the newest version's own measurements; or the member asked for by name.
 *
 * @returns undefined when nothing was trained yet
 * @throws {DomainError} `MODEL_UNKNOWN` with the members there are
 */
export async function chooseModel(
  deps: ServingDeps,
  subject: ModelSubject,
  requested: string,
): Promise<ChosenModel | undefined> {
  const pointer = await deps.registry.pointer(subject);
  const name = pointer?.champion ?? pointer?.latest;
  const version = name ? await deps.registry.version(subject, name) : undefined;
  if (!version) return undefined;
  const { bundle, pools, isCached } = await deps.bundles(version);
  const stage = pointer?.champion ? 'champion' : 'candidate';
  const member = memberFor(requested, bundle, stage);
  const reasons =
    stage === 'candidate' && requested === 'auto'
      ? [
          {
            ...version.decision,
            message: `naive is served: the model trained is ${version.decision.message}`,
          },
        ]
      : [];
  return { version, bundle, pools, isCached, stage, member, reasons };
}

function memberFor(requested: string, bundle: ModelBundle, stage: ChosenModel['stage']): string {
  if (requested === 'auto') return stage === 'champion' ? bundle.serves : 'naive';
  const member = requested === 'ensemble' ? BLEND : requested;
  if (modelsIn(bundle).includes(member)) return member;
  throw unknownModel(requested, modelsIn(bundle), bundle);
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
