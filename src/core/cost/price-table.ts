/** Where prices were read, and when. Public list prices, before any discount, in US dollars. */
export interface PriceSource {
  /** `YYYY-MM-DD`. */
  readonly asOf: string;
  readonly url: string;
}

/** What AWS charges in one region. */
export interface RegionPrices {
  readonly ec2: {
    readonly source: PriceSource;
    /** A Linux instance on demand of size `large`, per hour, by family. */
    readonly largePerHour: Readonly<Record<string, number>>;
  };
  readonly fargate: {
    readonly source: PriceSource;
    /** Linux, on demand, per hour. */
    readonly perHour: Readonly<
      Record<Architecture, { readonly vcpu: number; readonly gigabyte: number }>
    >;
  };
  readonly lambda: {
    readonly source: PriceSource;
    /** The first tier: up to 6 billion GB-seconds a month (x86), 7.5 billion (arm64). */
    readonly perGigabyteSecond: Readonly<Record<Architecture, number>>;
    readonly perRequest: number;
  };
}

export const ARCHITECTURES = ['x86', 'arm64'] as const;
export type Architecture = (typeof ARCHITECTURES)[number];

/** What us-east-1 charges. EC2 is out of the list that Karpenter generates from the AWS Price List API. */
export const US_EAST_1: RegionPrices = {
  ec2: {
    source: {
      asOf: '2026-02-09',
      url: 'https://github.com/aws/karpenter-provider-aws/blob/265ee0ba5b8e337dec6b82dde965b03021ccb418/pkg/providers/pricing/zz_generated.pricing_aws.go',
    },
    largePerHour: {
      c5: 0.085,
      c5a: 0.077,
      c6a: 0.0765,
      c6g: 0.068,
      c6i: 0.085,
      c7a: 0.10264,
      c7g: 0.0725,
      c7i: 0.08925,
      c8g: 0.07976,
      m5: 0.096,
      m5a: 0.086,
      m6a: 0.0864,
      m6g: 0.077,
      m6i: 0.096,
      m7a: 0.11592,
      m7g: 0.0816,
      m7i: 0.1008,
      m8g: 0.08976,
      r5: 0.126,
      r6g: 0.1008,
      r6i: 0.126,
      r7a: 0.15215,
      r7g: 0.1071,
      r7i: 0.1323,
      r8g: 0.11782,
      t3: 0.0832,
      t3a: 0.0752,
      t4g: 0.0672,
    },
  },
  fargate: {
    source: { asOf: '2026-04-01', url: 'https://aws.amazon.com/fargate/pricing/' },
    perHour: {
      x86: { vcpu: 0.04048, gigabyte: 0.004445 },
      arm64: { vcpu: 0.03238, gigabyte: 0.00356 },
    },
  },
  lambda: {
    source: { asOf: '2026-05-11', url: 'https://aws.amazon.com/lambda/pricing/' },
    perGigabyteSecond: { x86: 0.0000166667, arm64: 0.0000133334 },
    perRequest: 0.0000002,
  },
};

/**
 * Prices by region. A region or an instance that is not here has a price of its own in the
 * configuration (`unit: replica`): none is guessed from another one's.
 */
export const PRICE_TABLE: Readonly<Record<string, RegionPrices>> = { 'us-east-1': US_EAST_1 };

/** Sizes as multiples of `large`: in the families above the price is in proportion. */
const SIZES: Readonly<Record<string, number>> = { large: 1, xlarge: 2, '2xlarge': 4, '4xlarge': 8 };
const BURSTABLE_SIZES: Readonly<Record<string, number>> = {
  nano: 1 / 16,
  micro: 1 / 8,
  small: 1 / 4,
  medium: 1 / 2,
  large: 1,
  xlarge: 2,
  '2xlarge': 4,
};

/**
 * What an instance costs an hour.
 *
 * @param type - such as `m7g.large`
 * @returns US dollars, undefined when the table does not have it
 * @example
 * ```ts
 * instancePerHour('us-east-1', 'm7g.xlarge'); // => 0.1632
 * instancePerHour('us-east-1', 't3.nano'); // => 0.0052
 * instancePerHour('us-east-1', 'm7g.tiny'); // => undefined
 * ```
 */
export function instancePerHour(region: string, type: string): number | undefined {
  const [family = '', size = '', ...rest] = type.split('.');
  const large = own(own(PRICE_TABLE, region)?.ec2.largePerHour, family);
  const factor = own(family.startsWith('t') ? BURSTABLE_SIZES : SIZES, size);
  return large === undefined || factor === undefined || rest.length > 0
    ? undefined
    : large * factor;
}

/** The prices of a region, undefined when the table does not have it. */
export function pricesOf(region: string): RegionPrices | undefined {
  return own(PRICE_TABLE, region);
}

/** Names come from a configuration: `constructor` is no region. */
function own<T>(record: Readonly<Record<string, T>> | undefined, key: string): T | undefined {
  return record && Object.hasOwn(record, key) ? record[key] : undefined;
}
