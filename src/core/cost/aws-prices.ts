import { US_EAST_1 } from './price-table.ts';

/** The Region that the prices of running Helios are of. */
export const PRICED_REGION = 'us-east-1';

/** A part of a quantity that has a price of its own. */
export interface PriceTier {
  /** Up to this many units a month; the last tier has no end. */
  readonly upTo: number;
  /** US dollars for one unit. */
  readonly usd: number;
}

/** What AWS charges for one kind of use. */
export interface ItemPrice {
  readonly service: string;
  /** What is counted, in the plural. */
  readonly unit: string;
  readonly tiers: readonly PriceTier[];
  /**
   * Units a month that AWS charges nobody for, without an end of that offer; 0 where there are none. An
   * account has them once, whatever else runs in it, and offers for new accounts are not among them.
   */
  readonly free: number;
  /** Date of the price list, or the day the page was read. */
  readonly asOf: string;
  readonly url: string;
}

const flat = (usd: number): readonly PriceTier[] => [{ upTo: Infinity, usd }];

const CLOUDWATCH = {
  service: 'CloudWatch',
  asOf: '2026-08-06',
  url: 'https://aws.amazon.com/cloudwatch/pricing/',
} as const;
const DYNAMODB = {
  service: 'DynamoDB',
  asOf: '2026-08-15',
  url: 'https://aws.amazon.com/dynamodb/pricing/on-demand/',
} as const;
const LAMBDA = {
  service: 'Lambda',
  asOf: US_EAST_1.lambda.source.asOf,
  url: US_EAST_1.lambda.source.url,
} as const;
const S3 = {
  service: 'S3',
  asOf: '2026-08-07',
  url: 'https://aws.amazon.com/s3/pricing/',
} as const;
const KMS = {
  service: 'KMS',
  asOf: '2025-10-28',
  url: 'https://aws.amazon.com/kms/pricing/',
} as const;

const MILLION = 1_000_000;

/**
 * Public list prices of us-east-1 in US dollars, before any discount, of everything that a deployment of
 * Helios uses. The dates are those of AWS' price lists where one was read. Lambda's are those of arm64;
 * its discount beyond 7.5 billion GB-seconds a month is left out.
 */
export const AWS_PRICES = {
  'lambda.gb_seconds': {
    ...LAMBDA,
    unit: 'GB-seconds',
    tiers: flat(US_EAST_1.lambda.perGigabyteSecond.arm64),
    free: 400_000,
  },
  'lambda.requests': {
    ...LAMBDA,
    unit: 'requests',
    tiers: flat(US_EAST_1.lambda.perRequest),
    free: MILLION,
  },
  'step_functions.transitions': {
    service: 'Step Functions',
    asOf: '2025-08-28',
    url: 'https://aws.amazon.com/step-functions/pricing/',
    unit: 'state transitions',
    tiers: flat(0.000025),
    free: 4_000,
  },
  'dynamodb.write_units': {
    ...DYNAMODB,
    unit: 'write units',
    tiers: flat(0.625 / MILLION),
    free: 0,
  },
  'dynamodb.read_units': { ...DYNAMODB, unit: 'read units', tiers: flat(0.125 / MILLION), free: 0 },
  'dynamodb.storage_gb': { ...DYNAMODB, unit: 'GB-months', tiers: flat(0.25), free: 25 },
  'dynamodb.backup_gb': { ...DYNAMODB, unit: 'GB-months', tiers: flat(0.2), free: 0 },
  's3.writes': { ...S3, unit: 'PUT requests', tiers: flat(0.005 / 1_000), free: 0 },
  's3.reads': { ...S3, unit: 'GET requests', tiers: flat(0.0004 / 1_000), free: 0 },
  // Above 50 TB it becomes cheaper; 10,000 workloads need a fiftieth of that.
  's3.storage_gb': { ...S3, unit: 'GB-months', tiers: flat(0.023), free: 0 },
  'cloudwatch.get_metric_data': {
    ...CLOUDWATCH,
    unit: 'metrics requested',
    tiers: flat(0.01 / 1_000),
    free: 0,
  },
  'cloudwatch.custom_metrics': {
    ...CLOUDWATCH,
    unit: 'metric-months',
    tiers: [
      { upTo: 10_000, usd: 0.3 },
      { upTo: 250_000, usd: 0.1 },
      { upTo: MILLION, usd: 0.05 },
      { upTo: Infinity, usd: 0.02 },
    ],
    free: 10,
  },
  'cloudwatch.alarm_metrics': { ...CLOUDWATCH, unit: 'alarm metrics', tiers: flat(0.1), free: 10 },
  'cloudwatch.query_alarm_metrics': {
    ...CLOUDWATCH,
    unit: 'metrics analysed by query alarms',
    tiers: flat(0.1),
    free: 0,
  },
  'cloudwatch.dashboards': { ...CLOUDWATCH, unit: 'dashboards', tiers: flat(3), free: 3 },
  'cloudwatch.log_ingestion_gb': { ...CLOUDWATCH, unit: 'GB of logs', tiers: flat(0.5), free: 5 },
  'cloudwatch.log_storage_gb': {
    ...CLOUDWATCH,
    unit: 'GB-months of logs',
    tiers: flat(0.03),
    free: 0,
  },
  'sqs.requests': {
    service: 'SQS',
    asOf: '2025-08-28',
    url: 'https://aws.amazon.com/sqs/pricing/',
    unit: 'requests',
    tiers: flat(0.4 / MILLION),
    free: MILLION,
  },
  'scheduler.invocations': {
    service: 'EventBridge Scheduler',
    asOf: '2026-05-29',
    url: 'https://aws.amazon.com/eventbridge/pricing/',
    unit: 'invocations',
    tiers: flat(1 / MILLION),
    free: 14 * MILLION,
  },
  'http_api.requests': {
    service: 'API Gateway',
    asOf: '2025-10-28',
    url: 'https://aws.amazon.com/api-gateway/pricing/',
    unit: 'requests',
    tiers: [
      { upTo: 300 * MILLION, usd: 1 / MILLION },
      { upTo: Infinity, usd: 0.9 / MILLION },
    ],
    free: 0,
  },
  'kms.keys': { ...KMS, unit: 'key-months', tiers: flat(1), free: 0 },
  'kms.requests': { ...KMS, unit: 'requests', tiers: flat(0.03 / 10_000), free: 20_000 },
} as const satisfies Readonly<Record<string, ItemPrice>>;
export type PricedItem = keyof typeof AWS_PRICES;

/**
 * What a quantity costs a month, in US dollars.
 *
 * @param quantity - in the item's unit, 0 or more
 * @param options.freeTier - takes off what AWS charges nobody for; the account must use it for nothing else
 * @throws {RangeError} when the quantity is negative or not finite
 * @example
 * ```ts
 * priceOf('cloudwatch.custom_metrics', 12_000); // => 3200
 * priceOf('dynamodb.storage_gb', 27, { freeTier: true }); // => 0.5
 * ```
 */
export function priceOf(
  item: PricedItem,
  quantity: number,
  options: { readonly freeTier?: boolean } = {},
): number {
  if (!(quantity >= 0 && quantity < Infinity)) {
    throw new RangeError(`a quantity of ${item} is 0 or more, got ${quantity}`);
  }
  const { tiers, free }: ItemPrice = AWS_PRICES[item];
  const charged = options.freeTier ? Math.max(0, quantity - free) : quantity;
  let usd = 0;
  let from = 0;
  for (const tier of tiers) {
    usd += Math.max(0, Math.min(charged, tier.upTo) - from) * tier.usd;
    from = tier.upTo;
  }
  return usd;
}
