import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { ResourceGroupsTaggingAPIClient } from '@aws-sdk/client-resource-groups-tagging-api';
import { STSClient } from '@aws-sdk/client-sts';
import { CloudWatchSourceSchema } from '#contracts/config/sources/cloudwatch.ts';
import { DomainError } from '#core/errors.ts';
import { durationMs, MINUTE, SECOND } from '#core/time.ts';
import { assumedRole } from '../aws/assumed-role.ts';
import { cloudWatchResourceFinder } from '../aws/cloudwatch-resource-finder.ts';
import { listCloudWatchMetrics } from './cloudwatch-list.ts';
import { cloudWatchSource } from './cloudwatch-source.ts';
import { cloudWatchInventory, dailyAllowance, sweepingCloudWatch } from './cloudwatch-sweep.ts';
import { defineSource } from './define-source.ts';

const TIMEOUTS = { connectionTimeout: 3_000, requestTimeout: 10_000 };

/** Amazon CloudWatch, as an agent's source: the collector's reading, with what the agent configures. */
export const cloudwatchKind = defineSource({
  type: 'cloudwatch',
  summary: 'Amazon CloudWatch: EC2, RDS, ECS, Lambda, and any metric',
  schema: CloudWatchSourceSchema,
  open(config, deps) {
    const { clock, sleep, random, name, env } = deps;
    const region = config.region ?? env.AWS_REGION ?? env.AWS_DEFAULT_REGION;
    const { role_arn, external_id } = config;
    if ((role_arn === undefined) !== (external_id === undefined)) {
      throw new DomainError(
        'CONFIG_INVALID',
        `the source ${name} needs role_arn and external_id, or neither`,
        { needed: ['role_arn', 'external_id'] },
      );
    }
    const { credentials: keys } = config;
    const own = keys && {
      accessKeyId: keys.aws_access_key_id,
      secretAccessKey: keys.aws_secret_access_key,
      ...(keys.aws_session_token !== undefined && { sessionToken: keys.aws_session_token }),
    };
    const settings = {
      requestHandler: TIMEOUTS,
      ...(region !== undefined && { region }),
      ...(own && { credentials: own }),
    };
    const assumed =
      role_arn === undefined || external_id === undefined
        ? undefined
        : assumedRole({
            client: new STSClient({ ...settings, maxAttempts: 4 }),
            role: { role_arn, external_id },
            clock,
          });
    const reading = { ...settings, ...(assumed && { credentials: assumed }) };
    // Its tries are counted and paid one by one, so the client makes none of its own.
    const reader = new CloudWatchClient({ ...reading, maxAttempts: 1 });
    const lister = new CloudWatchClient({ ...reading, maxAttempts: 4 });
    const finder = cloudWatchResourceFinder({
      cloudWatch: () => lister,
      tagging: () => new ResourceGroupsTaggingAPIClient(reading),
    });
    const lookback = durationMs(config.lookback_minutes * MINUTE);
    const inventory = cloudWatchInventory(config, finder, deps);
    const collector = cloudWatchSource({
      clientOf: () => reader,
      workloadOf: inventory.workloadOf,
      allowance: dailyAllowance(config.monthly_budget_usd, clock),
      settle: lookback,
      backoff: { sleep, random },
      clock,
    });
    const step = durationMs(config.period * SECOND);
    const source = sweepingCloudWatch({ name, clock, step, lookback, collector, inventory });
    return {
      ...source,
      listMetrics: (request) => listCloudWatchMetrics(lister, config.namespaces, request),
      async close() {
        reader.destroy();
        lister.destroy();
      },
    };
  },
});
