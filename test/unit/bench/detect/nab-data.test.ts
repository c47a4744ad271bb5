import { describe, expect, it } from '@jest/globals';
import { loadNab } from '../../../../bench/detect/nab-data.ts';
import { metricFile, timeOf, tinyCorpus, windowOver, withCorpus } from './tiny-corpus.ts';

function labelled(windows: unknown, csv = metricFile([1, 2, 3, 4, 5])) {
  return { 'data/a/x.csv': csv, 'windows.json': JSON.stringify({ 'a/x.csv': windows }) };
}

describe('a NAB folder', () => {
  it('has files with times in UTC, values and the rows of their windows', async () => {
    const corpus = await withCorpus(tinyCorpus(), loadNab);
    expect(corpus.files.map(({ path }) => path)).toEqual(['cloud/cpu.csv', 'quiet/flat.csv']);
    expect(corpus.absent).toEqual([]);
    const [cpu, flat] = corpus.files;
    expect(cpu).toMatchObject({ rows: 8, windows: [{ first: 4, last: 5 }], step: 300_000 });
    expect([...(cpu?.values ?? [])]).toEqual([1, 2, 1, 2, 50, 60, 2, 1]);
    expect(cpu?.timestamps[1]).toBe(Date.UTC(2024, 0, 1, 0, 5));
    expect(cpu?.texts[4]).toEqual(['2024-01-01 00:20:00', '50.0']);
    expect(flat?.windows).toEqual([]);
  });

  it('takes the rows whose times lie in a window, both ends included, in order', async () => {
    const windows = [windowOver(3, 4), ['2024-01-01 00:01:00.5', '2024-01-01 00:11:00.000000']];
    const { files } = await withCorpus(labelled(windows), loadNab);
    expect(files[0]?.windows).toEqual([
      { first: 1, last: 2 },
      { first: 3, last: 4 },
    ]);
  });

  it('keeps the order of rows whose times repeat or step back', async () => {
    const rows = [0, 1, 2, 2, 1, 2, 3, 4].map((row, i) => `${timeOf(row)},${i}\n`).join('');
    const files = labelled([windowOver(2, 3)], `timestamp,value\n${rows}`);
    const [file] = (await withCorpus(files, loadNab)).files;
    expect([...(file?.values ?? [])]).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(file?.windows).toEqual([{ first: 2, last: 6 }]);
    // Of 5, 5, 0, −5, 5, 5, 5 minutes.
    expect(file?.step).toBe(300_000);
  });

  it('tells which labelled files are absent', async () => {
    const labels = { 'a/x.csv': [windowOver(1, 2)], 'b/gone.csv': [] };
    const files = { ...labelled([]), 'windows.json': JSON.stringify(labels) };
    expect((await withCorpus(files, loadNab)).absent).toEqual(['b/gone.csv']);
  });

  const good = [windowOver(1, 2)];
  it.each([
    ['no windows.json', { 'data/a/x.csv': 'timestamp,value\n' }, /windows\.json: ENOENT/],
    ['no data folder', { 'windows.json': '{}' }, /data: ENOENT/],
    ['labels that are no JSON', { 'windows.json': '{' }, /windows\.json: .*JSON/],
    [
      'labels of another form',
      labelled([['2024-01-01 00:05:00']]),
      /windows\.json: [\s\S]*a\/x\.csv/,
    ],
    [
      'a file without an entry',
      { ...labelled(good), 'windows.json': '{}' },
      /no entry for data\/a/,
    ],
    ['a window that is no time', labelled([['then', 'now']]), /"then" is no timestamp/],
    ['a window over no row', labelled([windowOver(7, 9)]), /no row of a\/x\.csv lies in 2024/],
    ['windows that overlap', labelled([windowOver(0, 2), windowOver(2, 3)]), /overlap/],
    ['no window at all', labelled([]), /no file under data\/ has a window/],
    [
      'other columns',
      labelled(good, 'time,value\n'),
      /x\.csv:1: the columns must be timestamp,value/,
    ],
    ['one row', labelled(good, metricFile([1])), /two rows or more, got 1/],
    ['a value that is none', labelled(good, metricFile([1, 2, 'NaN'])), /x\.csv:4: value must be/],
    [
      'a time that is none',
      labelled(good, 'timestamp,value\n2024-13-01,1\n2024-01-01,1\n'),
      /x\.csv:2:/,
    ],
  ] as const)('is refused with %s', async (_, files, message) => {
    await expect(withCorpus({ ...files }, loadNab)).rejects.toMatchObject({
      code: 'IMPORT_INVALID',
      message: expect.stringMatching(message),
    });
  });
});
