import { expect, it } from '@jest/globals';
import { ArtifactRefSchema } from '#contracts/artifacts/artifact-ref.ts';
import { WorkloadKeySchema } from '#contracts/workload-key.ts';

it.each([
  ['default#shop#web#*', true],
  ['default#shop#web', false],
  ['default##web#*', false],
  ['\u0000'.repeat(7), false],
])('a workload key has four parts: %j', (key, isOne) => {
  expect(WorkloadKeySchema.safeParse(key).success).toBe(isOne);
});

it.each([
  ['runs/run-1/web~x.json', false],
  ['runs/run-1/web.json', true],
  ['', false],
  ['runs/../x', false],
  ['runs//x', false],
])('the key of an artifact is one that every store can hold: %j', (key, isOne) => {
  const ref = { key, sha256: '0'.repeat(64), bytes: 1 };
  expect(ArtifactRefSchema.safeParse(ref).success).toBe(isOne);
});
