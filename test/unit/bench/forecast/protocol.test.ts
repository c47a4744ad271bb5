import { describe, expect, it } from '@jest/globals';
import { DomainError } from '#core/errors.ts';
import { HOUR, MINUTE } from '#core/time.ts';
import { loadFolder } from '../../../../bench/forecast/protocol.ts';
import {
  CUTOFF_HEADER,
  type FileContent,
  SERIES_HEADER,
  START,
  seriesFile,
  timeOf,
  withFolder,
} from './tiny-folder.ts';

const VALUES = [1, 2, 3, 4, 5, 6];

/** What a folder is refused with, its own path and details left out. */
function refusal(files: Readonly<Record<string, FileContent>>): Promise<string> {
  return withFolder(files, (folder) => {
    try {
      loadFolder(folder);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      return `${error.code} ${error.message.replace(`${folder}/`, '').replace(folder, 'folder')}`;
    }
    return 'accepted';
  });
}

describe('loadFolder', () => {
  it('reads series, interpolated places and cutoffs in order of time', async () => {
    const set = await withFolder(
      {
        'b__x.csv': seriesFile(VALUES, { filled: [4] }),
        'a__y.csv': seriesFile(VALUES),
        'cutoffs.csv': [
          CUTOFF_HEADER,
          ['b__x', 1, timeOf(3), 3, 0, 2],
          ['b__x', 0, timeOf(1), 1, 1, 4],
          ['a__y', 0, timeOf(2), 2, 0, 3],
        ],
      },
      loadFolder,
    );
    expect(set.track.name).toBe('long');
    expect(set.series.map(({ series }) => series.id)).toEqual(['a__y', 'b__x']);
    const [, b] = set.series;
    expect(b?.series).toMatchObject({ start: START, step: HOUR });
    expect([...(b?.series.values ?? [])]).toEqual(VALUES);
    expect([...(b?.filled ?? [])]).toEqual([0, 0, 0, 0, 1, 0]);
    expect(b?.cutoffs).toEqual([
      { text: '2024-01-01T01:00:00Z', at: START + HOUR, index: 1, isSlow: true, horizon: 4 },
      { text: '2024-01-01T03:00:00Z', at: START + 3 * HOUR, index: 3, isSlow: false, horizon: 2 },
    ]);
  });

  it('knows the short track by its grid', async () => {
    const step = (5 * MINUTE) as typeof HOUR;
    const set = await withFolder(
      {
        's.csv': seriesFile(VALUES, { step }),
        'cutoffs.csv': [CUTOFF_HEADER, ['s', 0, timeOf(1, step), 1, 0, 288]],
      },
      loadFolder,
    );
    expect(set.track.name).toBe('short');
    expect(set.track.buckets.map(({ toStep }) => toStep)).toEqual([1, 3, 6, 12, 36, 72, 288]);
  });

  const good = { 's.csv': seriesFile(VALUES) };
  const cutoff = (...row: (string | number)[]) => ({
    ...good,
    'cutoffs.csv': [CUTOFF_HEADER, row],
  });
  const series = (...rows: (string | number)[][]) => ({
    's.csv': [SERIES_HEADER, ...rows],
    'cutoffs.csv': [CUTOFF_HEADER],
  });

  it.each<[string, Readonly<Record<string, FileContent>>, string]>([
    ['no series', {}, 'folder: there is no series, a file <name>.csv'],
    ['no cutoffs', good, 'cannot read cutoffs.csv: ENOENT'],
    ['a series without cutoff', { ...good, 'cutoffs.csv': [CUTOFF_HEADER] }, 'no cutoff for s'],
    [
      'another header',
      { 's.csv': 'time,value\n' },
      's.csv:1: the columns must be timestamp,value,',
    ],
    [
      'an empty file',
      { 's.csv': '' },
      's.csv:1: the columns must be timestamp,value,filled, got an',
    ],
    ['a lone row', series([timeOf(0), 1, 0]), 's.csv:2: a series needs two rows or more'],
    ['a short row', series([timeOf(0), 1]), 's.csv:2: a row has 3 fields, got 2'],
    [
      'no number',
      series([timeOf(0), 'x', 0], [timeOf(1), 1, 0]),
      's.csv:2: value must be a finite',
    ],
    ['no value', series([timeOf(0), '', 0], [timeOf(1), 1, 0]), 's.csv:2: value must be a finite'],
    ['no flag', series([timeOf(0), 1, 2], [timeOf(1), 1, 0]), 's.csv:2: filled must be an integer'],
    ['no time', series(['soon', 1, 0], [timeOf(1), 1, 0]), 's.csv:2: "soon" is no timestamp'],
    [
      'a hole',
      series([timeOf(0), 1, 0], [timeOf(1), 1, 0], [timeOf(3), 1, 0]),
      's.csv:4: rows must follow each other by the step of the first two, 3600000 ms',
    ],
    ['a step back', series([timeOf(1), 1, 0], [timeOf(0), 1, 0]), 's.csv:3: rows must follow each'],
    [
      'another grid',
      series([timeOf(0), 1, 0], ['2024-01-01T00:07:00Z', 1, 0]),
      'series must be on a grid of 5 minutes or of an hour, got 420000 ms',
    ],
    [
      'an unknown series',
      cutoff('z', 0, timeOf(1), 1, 0, 2),
      'cutoffs.csv:2: there is no file z.csv',
    ],
    [
      'a cutoff elsewhere',
      cutoff('s', 0, timeOf(2), 1, 0, 2),
      'cutoffs.csv:2: row 1 of s is not at',
    ],
    [
      'a cutoff at the end',
      cutoff('s', 0, timeOf(5), 5, 0, 2),
      'idx must be an integer from 0 to 4',
    ],
    [
      'a horizon too long',
      cutoff('s', 0, timeOf(1), 1, 0, 721),
      'hmax must be an integer from 1 to',
    ],
    ['a slow mark of 2', cutoff('s', 0, timeOf(1), 1, 2, 3), 'slow must be an integer from 0 to 1'],
    [
      'a cutoff twice',
      {
        ...good,
        'cutoffs.csv': [CUTOFF_HEADER, ['s', 0, timeOf(1), 1, 0, 2], ['s', 1, timeOf(1), 1, 0, 2]],
      },
      'cutoffs.csv:3: s has the cutoff 2024-01-01T01:00:00Z twice',
    ],
  ])('refuses %s', async (_, files, message) => {
    const told = await refusal(files);
    expect(told).toMatch(/^IMPORT_INVALID /);
    expect(told).toContain(message);
  });

  it('refuses a folder that is not there', async () => {
    expect(() => loadFolder('no-such-folder')).toThrow(/no-such-folder: ENOENT/);
  });
});
