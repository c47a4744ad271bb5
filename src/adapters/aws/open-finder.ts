import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { ResourceGroupsTaggingAPIClient } from '@aws-sdk/client-resource-groups-tagging-api';
import type { ResourceFinder } from '#app/ports/resource-finder.ts';
import type { HeliosConfig } from '#contracts/config/helios-config.ts';
import type { Clock } from '#core/time.ts';
import { cloudWatchResourceFinder } from './cloudwatch-resource-finder.ts';
import { clientsByPlace, placeSettings } from './places.ts';

/** Few calls that nobody waits for: the SDK's own tries are enough. */
const CALLS = {
  maxAttempts: 6,
  requestHandler: { connectionTimeout: 3_000, requestTimeout: 15_000 },
} as const;

/** A finder for the accounts that are configured. Clients are built when they are first needed. */
export function openFinder(
  { accounts }: Pick<HeliosConfig, 'accounts'>,
  clock: Clock,
): ResourceFinder {
  const settingsOf = placeSettings(accounts, clock);
  return cloudWatchResourceFinder({
    cloudWatch: clientsByPlace((place) => new CloudWatchClient({ ...place, ...CALLS }), settingsOf),
    tagging: clientsByPlace(
      (place) => new ResourceGroupsTaggingAPIClient({ ...place, ...CALLS }),
      settingsOf,
    ),
  });
}
