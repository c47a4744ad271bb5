import { DAY, type DurationMs, durationMs } from '../time.ts';

/** How requests are made: from what was measured, or from a forecast. */
export const RESOURCE_STRATEGIES = ['statistical', 'ml'] as const;
export type ResourceStrategy = (typeof RESOURCE_STRATEGIES)[number];

/** How the requests and limits of a container are made. */
export interface ResourcePolicy {
  readonly strategy: ResourceStrategy;
  /** `statistical`: the CPU request covers this share of the measured steps. */
  readonly cpuQuantile: number;
  /** `ml`: the CPU request is the upper forecast times this; also of a CPU limit. */
  readonly cpuMargin: number;
  /** The memory request is the greatest use (`ml`: the upper forecast) times this. */
  readonly memoryMargin: number;
  /** Requests are never less than these, in cores and bytes. */
  readonly cpuFloor: number;
  readonly memoryFloor: number;
  /** A CPU limit slows a container down that could have used idle CPU: none unless asked for. */
  readonly withCpuLimit: boolean;
  /** Measured time below which nothing is recommended. */
  readonly minimumHistory: DurationMs;
}

/** The numbers of MOrA; nine tenths of a day, because a measured day has gaps. */
export const DEFAULT_RESOURCE_POLICY: ResourcePolicy = {
  strategy: 'statistical',
  cpuQuantile: 0.95,
  cpuMargin: 1.2,
  memoryMargin: 1.15,
  cpuFloor: 0.1,
  memoryFloor: 128 * 2 ** 20,
  withCpuLimit: false,
  minimumHistory: durationMs(0.9 * DAY),
};

/** What one replica used, or is expected to use, over the time that a forecast reaches. */
export interface UseForecast {
  /** The greatest value of the forecast itself. */
  readonly expected: number;
  /** The greatest value of its upper quantile path. */
  readonly upper: number;
  /** Which quantile that path is of. */
  readonly quantile: number;
}

/**
 * What one replica of one container used, on one grid, oldest first, NaN where nothing was measured.
 * What is absent was not collected.
 */
export interface ContainerUse {
  readonly step: DurationMs;
  readonly cpuCores?: ArrayLike<number> | undefined;
  readonly memoryBytes?: ArrayLike<number> | undefined;
  /** Share of the scheduler's periods in which it was throttled, 0 to 1. */
  readonly cpuThrottled?: ArrayLike<number> | undefined;
  /** Above 0 where one was killed because memory ran out. */
  readonly oomKills?: ArrayLike<number> | undefined;
  readonly forecast?:
    | {
        readonly cpuCores?: UseForecast | undefined;
        readonly memoryBytes?: UseForecast | undefined;
      }
    | undefined;
}

/** What a container has now, in cores and bytes; absent where it has none or nobody said. */
export interface CurrentResources {
  readonly cpuRequest?: number | undefined;
  readonly cpuLimit?: number | undefined;
  readonly memoryRequest?: number | undefined;
  readonly memoryLimit?: number | undefined;
}
