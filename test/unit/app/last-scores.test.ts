import { expect, it } from '@jest/globals';
import { createMemoryCatalogStore } from '#adapters/local/memory-catalog-store.ts';
import { createLastScores } from '#app/last-scores.ts';
import { at } from '#test/helpers/memory-services.ts';

const KEY = 'default#shop#web#*';
const [FIRST, SECOND] = [at('2026-03-02T10:00:00Z'), at('2026-03-02T10:05:00Z')];

it('each part is of the last scoring that looked at it', async () => {
  const scores = createLastScores(createMemoryCatalogStore());
  await scores.note(KEY, FIRST, { anomaly: null, skills: [{ metric: 'cpu', skill: null }] });
  expect(await scores.list()).toEqual(new Map());
  await scores.note(KEY, FIRST, { anomaly: 1.5, skills: [{ metric: 'cpu', skill: 0.3 }] });
  await scores.note(KEY, SECOND, { anomaly: 0, skills: [] });
  expect(await scores.list()).toEqual(
    new Map([
      [
        KEY,
        {
          anomaly: { at: '2026-03-02T10:05:00.000Z', score: 0 },
          skill: { at: '2026-03-02T10:00:00.000Z', by_metric: { cpu: 0.3 } },
        },
      ],
    ]),
  );
});
