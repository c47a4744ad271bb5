import type { DiscoveryConfig } from '#contracts/config/discovery.ts';
import { isDomainError } from '#core/errors.ts';
import { discover } from '../discovery/discover.ts';
import type { DiscoveredWorkloads } from '../discovery/discovered-workloads.ts';
import type { ResourceFinder } from '../ports/resource-finder.ts';
import type { CollectionRounds } from './collection-rounds.ts';
import { type PlanCollectionDeps, planCollection } from './plan-collection.ts';
import type { SourceLog } from './source-log.ts';

export interface SurveyDeps extends PlanCollectionDeps {
  readonly discovery: DiscoveryConfig;
  readonly finder: ResourceFinder;
  readonly discovered: DiscoveredWorkloads;
  readonly sourceLog: SourceLog;
}

/**
 * Rounds of collection whose plan begins with a look at what there is. Where that fails, what was known
 * before is planned for, and the failure stands among the sources.
 */
export function surveyedRounds(deps: SurveyDeps): CollectionRounds {
  const { watched, cadences, every } = deps;
  return {
    watched,
    cadences,
    every,
    async plan() {
      if (deps.discovery.kinds.length > 0) await survey(deps);
      return planCollection(deps);
    },
  };
}

/** Looks for workloads and keeps what was found; what is not there any more is no longer read. */
async function survey(deps: SurveyDeps): Promise<void> {
  const { discovery, finder, discovered, sourceLog, clock } = deps;
  const now = clock.now();
  try {
    const { workloads, skipped } = await discover(finder, discovery);
    await discovered.replace(workloads, now);
    const [first] = skipped;
    const message =
      first && `${skipped.length} left out: ${first.kind} ${first.resource}: ${first.reason}`;
    await sourceLog.note('discovery', {
      success: now,
      ...(message && { problem: { at: now, workload: '', code: 'INCOMPLETE', message } }),
    });
  } catch (error) {
    if (!isDomainError(error, 'SOURCE_UNAVAILABLE', 'THROTTLED', 'CONFIG_INVALID')) throw error;
    const { code, message } = error;
    await sourceLog.note('discovery', { problem: { at: now, workload: '', code, message } });
  }
}
