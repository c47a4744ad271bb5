import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { type Cells, cellsOf } from '../../../../bench/forecast/cells.ts';
import { exchangeCsv, readExchange } from '../../../../bench/forecast/exchange.ts';
import { loadFolder } from '../../../../bench/forecast/protocol.ts';
import { CUTOFF_HEADER, seriesFile, timeOf, withFolder } from './tiny-folder.ts';

const HEADER = 'series,cutoff,horizon,yhat,lo,hi';
const NONE = Number.NaN;

/** One series with cutoffs after the first and the third value, of two steps each. */
async function cells(): Promise<readonly Cells[]> {
  const files = {
    's.csv': seriesFile([1, 2, 3, 4, 5, 6]),
    'cutoffs.csv': [CUTOFF_HEADER, ['s', 0, timeOf(0), 0, 0, 2], ['s', 1, timeOf(2), 2, 1, 2]],
  };
  const set = await withFolder(files, loadFolder);
  return set.series.map((each) => cellsOf(each));
}

async function read(...lines: readonly string[]) {
  const all = await cells();
  return withFolder({}, (folder) => {
    const path = join(folder, 'model.csv');
    writeFileSync(path, `${[HEADER, ...lines].join('\n')}\n`);
    return readExchange(path, all);
  });
}

describe('the exchange form of forecasts', () => {
  it('has a row for each forecast, cutoffs as they came, no band as nothing', async () => {
    const own = {
      point: Float64Array.of(0.1, NONE, 3, 4),
      lower: Float64Array.of(-1, NONE, NONE, 2.5),
      upper: Float64Array.of(1e21, NONE, NONE, 9),
    };
    expect(exchangeCsv(await cells(), new Map([['s', own]])).split('\n')).toEqual([
      HEADER,
      's,2024-01-01T00:00:00Z,1,0.1,-1,1e+21',
      's,2024-01-01T02:00:00Z,1,3,,',
      's,2024-01-01T02:00:00Z,2,4,2.5,9',
      '',
    ]);
  });

  it('comes back as it went', async () => {
    const own = {
      point: Float64Array.of(1 / 3, NONE, 3, 4),
      lower: Float64Array.of(-1, NONE, NONE, 2.5),
      upper: Float64Array.of(1e21, NONE, NONE, 9),
    };
    const [, ...lines] = exchangeCsv(await cells(), new Map([['s', own]]))
      .trimEnd()
      .split('\n');
    expect((await read(...lines)).get('s')).toEqual(own);
  });

  it('finds cutoffs by their time, however it is written', async () => {
    const forecasts = await read('s,2024-01-01 03:00:00+01:00,2,7,6,8');
    expect([...(forecasts.get('s')?.point ?? [])]).toEqual([NONE, NONE, NONE, 7]);
  });

  const cutoff = timeOf(0);
  it.each([
    ['an unknown series', `x,${cutoff},1,2,1,3`, 'model.csv:2: the folder has no series x'],
    ['an unknown cutoff', `s,${timeOf(1)},1,2,1,3`, `model.csv:2: s has no cutoff ${timeOf(1)}`],
    ['a horizon too far', `s,${cutoff},3,2,1,3`, 'horizon must be an integer from 1 to 2, got "3"'],
    ['no forecast', `s,${cutoff},1,,1,3`, 'yhat must be a finite number, got ""'],
    ['half a band', `s,${cutoff},1,2,1,`, 'hi must be a finite number, got ""'],
    ['a band upside down', `s,${cutoff},1,2,3,1`, 'model.csv:2: lo 3 is above hi 1'],
    ['a missing field', `s,${cutoff},1,2,1`, 'model.csv:2: a row has 6 fields, got 5'],
    ['a cell twice', `s,${cutoff},1,2,1,3\ns,${cutoff},1,2,1,3`, 'model.csv:3: horizon 1 of s at'],
  ])('refuses %s', async (_, line, message) => {
    await expect(read(line)).rejects.toThrow(message);
  });
});
