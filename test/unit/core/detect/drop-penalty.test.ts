import { describe, expect, it } from '@jest/globals';
import { dropPenalty } from '#core/detect/drop-penalty.ts';

describe('dropPenalty', () => {
  it.each([
    ['request_rate', 0], // fewer requests than usual: somebody cannot reach the service
    ['network_bytes_in', 0],
    ['something_of_a_user', 0], // nothing is known of it
    ['cpu_utilization', 1.5],
    ['db_cpu', 1.5],
    ['memory_utilization', Infinity],
    ['memory_bytes', Infinity],
    ['db_memory', Infinity],
  ])('of %s is %d', (metric, penalty) => {
    expect(dropPenalty(metric)).toBe(penalty);
  });
});
