import { describe, expect, it } from '@jest/globals';
import { usePerReplica, type WorkloadUse } from '#core/recommend/use-per-replica.ts';

function perReplica(use: WorkloadUse) {
  const { cpuCores, memoryBytes, because } = usePerReplica(use);
  return {
    cpu: cpuCores && [...cpuCores],
    memory: memoryBytes && [...memoryBytes],
    codes: because.map(({ code }) => code),
  };
}

describe('the use of one replica', () => {
  it('is the sum divided by the replicas of the time', () => {
    expect(perReplica({ cpuCores: [2, 3], memoryBytes: [8, 9], replicas: [2, 3] })).toEqual({
      cpu: [1, 1],
      memory: [4, 3],
      codes: ['MEAN_OF_REPLICAS'],
    });
  });

  it('is missing where the number of replicas is, or is none', () => {
    const { cpu } = perReplica({ cpuCores: [2, 2, 2, 2], replicas: [1, Number.NaN, 0, -1] });
    expect(cpu).toEqual([2, Number.NaN, Number.NaN, Number.NaN]);
  });

  it('says when the replicas were stated and not collected', () => {
    const { cpu, codes } = perReplica({ cpuCores: [2], replicas: 4 });
    expect(cpu).toEqual([0.5]);
    expect(codes).toEqual(['REPLICAS_ASSUMED', 'MEAN_OF_REPLICAS']);
  });

  it('is not known without them', () => {
    expect(perReplica({ cpuCores: [2], memoryBytes: [8] })).toEqual({
      cpu: undefined,
      memory: undefined,
      codes: ['REPLICAS_UNKNOWN'],
    });
  });

  it('is the utilisation of a request only where that was stated', () => {
    const { cpu, codes } = perReplica({ cpuUtilization: [0.5], cpuRequest: 0.4 });
    expect(cpu).toEqual([0.2]);
    expect(codes).toEqual(['CPU_FROM_UTILIZATION']);
    expect(perReplica({ cpuUtilization: [0.5] })).toEqual({
      cpu: undefined,
      memory: undefined,
      codes: ['CPU_REQUEST_UNKNOWN'],
    });
  });

  it('is what was collected in cores, where that is known', () => {
    const both = { cpuCores: [2], cpuUtilization: [0.5], cpuRequest: 0.4, replicas: [1] };
    expect(perReplica(both)).toEqual({ cpu: [2], memory: undefined, codes: [] });
  });
});
