import { normal, seededRandom } from '../math/random.ts';
import { MINUTE } from '../time.ts';
import { autoregressive } from './autoregressive.ts';
import { SAMPLE_PARAMETERS, WEBSHOP_STEP } from './webshop-parameters.ts';

/** The fluctuations of one slot that nothing explains. Readings and factors are near 1. */
export interface Fluctuation {
  readonly demandFactor: number;
  readonly mixFactor: number;
  readonly cpuReading: number;
  readonly garbageFactor: number;
  /** Share of the memory limit. */
  readonly pageCache: number;
  readonly missFactor: number;
  readonly dbReading: number;
  readonly connectionsReading: number;
  readonly dbMemoryShift: number;
}

/** No fluctuation: every value is what the model expects. */
export const SILENCE: Fluctuation = {
  demandFactor: 1,
  mixFactor: 1,
  cpuReading: 1,
  garbageFactor: 1,
  pageCache: SAMPLE_PARAMETERS.servers.pageCache.mean,
  missFactor: 1,
  dbReading: 1,
  connectionsReading: 1,
  dbMemoryShift: 0,
};

/** The fluctuations of a shop, slot after slot, each kind from a stream of its own. */
export function fastNoise(seed: number): () => Fluctuation {
  const { load, servers, database } = SAMPLE_PARAMETERS;
  const demand = wandering(seed, 'demand', load.fast);
  const mix = wandering(seed, 'mix', servers.mix);
  const garbage = wandering(seed, 'garbage', servers.garbage);
  const pageCache = wandering(seed, 'page cache', servers.pageCache);
  const miss = wandering(seed, 'miss', database.miss);
  const dbMemory = wandering(seed, 'database memory', database.memory);
  const readings = seededRandom(seed, 'readings');
  return () => ({
    demandFactor: Math.exp(demand()),
    mixFactor: Math.exp(mix()),
    cpuReading: 1 + servers.cpuReadingSd * normal(readings),
    garbageFactor: 1 + garbage(),
    pageCache: servers.pageCache.mean + pageCache(),
    missFactor: Math.exp(miss()),
    dbReading: 1 + database.cpuReadingSd * normal(readings),
    connectionsReading: 1 + database.connectionsReadingSd * normal(readings),
    dbMemoryShift: dbMemory(),
  });
}

/** An autocorrelated process of the simulation's step, from the seed's stream of this name. */
export function wandering(
  seed: number,
  stream: string,
  process: { readonly sd: number; readonly halfLife: number },
): () => number {
  return autoregressive(seededRandom(seed, stream), process, WEBSHOP_STEP / MINUTE);
}
