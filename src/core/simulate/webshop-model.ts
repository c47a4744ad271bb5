import { SAMPLE_PARAMETERS, type WebshopMetric } from './webshop-parameters.ts';

/** All that decides the shop's metrics in one slot. Factors and readings are 1, shifts 0 at rest. */
export interface Drivers {
  /** Requests a second that arrive. */
  readonly arrivals: number;
  /** On the CPU time of a request: version, fresh start, request mix. */
  readonly cpuFactor: number;
  /** Share of the CPU that something besides requests uses. */
  readonly cpuShift: number;
  /** On all that is read as CPU: neighbours, which make everything take longer, and chance. */
  readonly cpuReading: number;
  /** On the base memory of a replica: version. */
  readonly memoryFactor: number;
  /** Minutes since the last deployment. */
  readonly ageMinutes: number;
  /** On the memory of all replicas: garbage. */
  readonly garbageFactor: number;
  /** Bytes that leaked, over all replicas. */
  readonly leakedBytes: number;
  /** Taken by the page cache, as a share of the memory limit. */
  readonly pageCache: number;
  /** Share of queries that reach the database. */
  readonly missRatio: number;
  /** Share of the database's CPU that something besides queries uses: the backup. */
  readonly dbShift: number;
  /** How much further up slow queries move the database's CPU, as a fraction of its level. */
  readonly dbSlowdown: number;
  readonly dbReading: number;
  /** Connections that are held and never given back. */
  readonly heldConnections: number;
  readonly connectionsReading: number;
  /** Added to the share of the database's memory that is in use. */
  readonly dbMemoryShift: number;
}

/** No machine reports more: some of it always goes to the system that measures. */
const BUSIEST = 0.99;
/** Where response times are cut off, since the formula has a pole at 1. */
const BUSIEST_QUEUE = 0.95;

/**
 * The shop's seven metrics in one slot, as means over the slot. The replicas are one processor
 * shared by all requests, and so is the database: utilisation is arrival rate × service time /
 * cores, response time is service time / (1 − utilisation) (M/M/1-PS; Kleinrock 1976, Queueing
 * Systems II, eq. 4.17), and how many requests or connections are in use follows from Little's
 * law, L = λW.
 */
export function measure(drivers: Drivers): Record<WebshopMetric, number> {
  const { servers, database } = SAMPLE_PARAMETERS;
  const cores = servers.replicas * servers.coresPerReplica;
  const service = servers.cpuSecondsPerRequest * drivers.cpuFactor;
  // Beyond capacity requests are turned away, so only what is served costs anything further down.
  const served = Math.min(drivers.arrivals, (BUSIEST * cores) / service);
  const busy = (served * service) / cores;
  const cpu = (servers.idleUtilization + busy + drivers.cpuShift) * drivers.cpuReading;

  const inFlight = served * (servers.waitSecondsPerRequest + responseSeconds(service, busy));
  const grown = 1 - 0.5 ** (drivers.ageMinutes / servers.memoryGrowthHalfLife);
  const perReplica =
    servers.memoryAtStartBytes * drivers.memoryFactor + servers.memoryGrowthBytes * grown;
  const limit = servers.replicas * servers.memoryLimitBytes;
  const memory = Math.min(
    (servers.replicas * perReplica + inFlight * servers.memoryPerRequestBytes) *
      drivers.garbageFactor +
      drivers.leakedBytes,
    BUSIEST * limit,
  );

  const queries = served * database.queriesPerRequest * drivers.missRatio;
  const atRest = database.idleUtilization + drivers.dbShift;
  const dbBusy = (queries * database.cpuSecondsPerQuery) / database.cores;
  const dbSlowed = dbBusy + drivers.dbSlowdown * (atRest + dbBusy);
  const querySeconds = database.cpuSecondsPerQuery * (dbBusy > 0 ? dbSlowed / dbBusy : 1);
  const waiting = queries * responseSeconds(querySeconds, dbSlowed);
  const connections = Math.min(
    (database.connectionsAtRest + served * database.holdSecondsPerRequest + waiting) *
      drivers.connectionsReading +
      drivers.heldConnections,
    database.connectionsMaximum,
  );

  return {
    memory_bytes: Math.round(memory),
    cpu_utilization: share(cpu),
    memory_utilization: share(memory / limit + drivers.pageCache),
    request_rate: drivers.arrivals,
    db_cpu: share((atRest + dbSlowed) * drivers.dbReading),
    db_memory: share(
      database.memoryAtRest + database.memoryPerConnection * connections + drivers.dbMemoryShift,
    ),
    db_connections: connections,
  };
}

function responseSeconds(serviceSeconds: number, busy: number): number {
  return serviceSeconds / (1 - Math.min(busy, BUSIEST_QUEUE));
}

function share(value: number): number {
  return Math.min(Math.max(value, 0), BUSIEST);
}
