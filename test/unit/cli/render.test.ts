import { describe, expect, it } from '@jest/globals';
import { describeFailure, exitCodeOf, printable } from '#cli/failure.ts';
import { renderChart } from '#cli/render/chart.ts';
import {
  csvField,
  renderCsv,
  renderMarkdown,
  renderTable,
  type Table,
  textCell,
} from '#cli/render/table.ts';
import { terminalOf } from '#cli/render/terminal.ts';
import { formatAge, timeFormat } from '#cli/render/time.ts';
import { closest } from '#core/closest.ts';
import { DomainError } from '#core/errors.ts';
import { durationMs, epochMs } from '#core/time.ts';
import { formatValue, scaleFor } from '#core/units.ts';

const ASCII = { width: 40, unicode: false, color: false };
const UNICODE = { width: 40, unicode: true, color: false };
const START = epochMs(Date.UTC(2026, 0, 1, 13));
const STEP = durationMs(300_000);

/** Three observations, the last but one missing, and two steps with a band. */
const CHART = {
  history: [
    { at: START, value: 0 },
    { at: epochMs(START + STEP), value: 4 },
    { at: epochMs(START + 2 * STEP), value: 4 },
  ],
  forecast: [
    { at: epochMs(START + 3 * STEP), value: 2, lower: 1, upper: 3 },
    { at: epochMs(START + 4 * STEP), value: 2, lower: 0, upper: 4 },
  ],
  scale: { divisor: 1, suffix: '', decimals: 0 },
  time: timeFormat('utc'),
  height: 5,
};

describe('chart', () => {
  // Rows are the values 4, 3, 2, 1, 0; five points in 36 columns take four each (the most), so
  // history has 12 columns and the forecast 8, with now between them.
  it('draws history, now, forecast and band in ASCII', () => {
    expect(renderChart(CHART, ASCII)).toBe(
      [
        '4 +    ********!    ....',
        '  |    *       !........',
        '2 +    *       !oooooooo',
        '  |    *       !........',
        '0 +*****       !    ....',
        '  +---------------------',
        '   13:00      now  13:20',
        '',
      ].join('\n'),
    );
  });

  it('draws lines where the terminal has them', () => {
    expect(renderChart(CHART, UNICODE)).toBe(
      [
        '4 ┤    ╭───────┃    ░░░░',
        '  │    │       ┃░░░░░░░░',
        '2 ┤    │       ┃╌╌╌╌╌╌╌╌',
        '  │    │       ┃░░░░░░░░',
        '0 ┤────╯       ┃    ░░░░',
        '  └─────────────────────',
        '   13:00      now  13:20',
        '',
      ].join('\n'),
    );
  });

  it('leaves a missing value and an absent band empty', () => {
    const input = {
      ...CHART,
      history: CHART.history.map((point, i) => (i === 1 ? { ...point, value: null } : point)),
      forecast: CHART.forecast.map((point) => ({ ...point, lower: null, upper: null })),
    };
    expect(renderChart(input, ASCII).split('\n').slice(0, 5)).toEqual([
      '4 +        ****!',
      '  |            !',
      '2 +            !oooooooo',
      '  |            !',
      '0 +****        !',
    ]);
  });

  // Four points take four of the 36 columns each; the third is marked once, where it begins.
  it('draws what was expected, its band and marked points, without a line at now', () => {
    const history = [1, 1, 4, 1].map((value, i) => ({
      at: epochMs(START + i * STEP),
      value,
      expected: 1,
      lower: 0,
      upper: 2,
      isMarked: i === 2,
    }));
    expect(renderChart({ ...CHART, history, forecast: [] }, ASCII)).toBe(
      [
        '4 +        X****',
        '  |        *   *',
        '2 +........*...*...',
        '  |*********ooo****',
        '0 +................',
        '  +----------------',
        '   13:00      13:15',
        '',
      ].join('\n'),
    );
  });

  it('averages no mark away where many points share a column', () => {
    const history = Array.from({ length: 400 }, (_, i) => ({
      at: epochMs(START + i * STEP),
      value: i === 123 ? 9 : 1,
      isMarked: i === 123,
    }));
    const [top] = renderChart({ ...CHART, history, forecast: [] }, ASCII).split('\n');
    // 35 columns: row 123 of 400 falls on column floor(123 x 35 / 400) = 10.
    expect(top).toBe(`9 +${' '.repeat(10)}X*`);
  });

  it('is never wider than the terminal, and shows means where points share a column', () => {
    const history = Array.from({ length: 500 }, (_, i) => ({
      at: epochMs(START + i * STEP),
      value: i % 2 === 0 ? 1 : 3,
    }));
    const chart = renderChart({ ...CHART, history, forecast: CHART.forecast.slice(0, 1) }, ASCII);
    for (const line of chart.split('\n')) expect(line.length).toBeLessThanOrEqual(40);
  });

  it('draws a flat line in the middle', () => {
    const flat = { at: START, value: 5, lower: null, upper: null };
    const chart = renderChart({ ...CHART, history: [], forecast: [flat], height: 3 }, ASCII);
    // 10 % around it: 5.5, 5 and 4.5, without decimals.
    expect(chart.split('\n').slice(0, 3)).toEqual(['6 +!', '5 +!oooo', '5 +!']);
  });
});

describe('terminal', () => {
  const tty = { write: () => true, isTTY: true, columns: 120 };
  it.each([
    [tty, { LANG: 'de_DE.UTF-8' }, { width: 120, unicode: true, color: true }],
    [tty, { LANG: 'C', NO_COLOR: '1' }, { width: 120, unicode: false, color: false }],
    [tty, { LC_ALL: 'C', LANG: 'en_US.utf8' }, { width: 120, unicode: false, color: true }],
    [{ write: () => true }, {}, { width: 80, unicode: false, color: false }],
  ])('case %#', (sink, env, expected) => {
    expect(terminalOf(sink, env)).toEqual(expected);
  });
});

const TABLE: Table = {
  columns: [
    { title: 'Name', key: 'name' },
    { title: 'Value', key: 'value', align: 'right' },
  ],
  rows: [
    [
      { text: '=cmd|"x", y', raw: '=cmd|"x", y' },
      { text: '-2.5 %', raw: -0.025 },
    ],
    [
      { text: 'a\u001b[31mb', raw: 'ab' },
      { text: '? too short', raw: null, dim: true },
    ],
  ],
};

describe('tables', () => {
  it('are drawn in ASCII', () => {
    expect(renderTable(TABLE, ASCII)).toBe(
      [
        '+-------------+-------------+',
        '| Name        |       Value |',
        '+-------------+-------------+',
        '| =cmd|"x", y |      -2.5 % |',
        '| a [31mb     | ? too short |',
        '+-------------+-------------+',
        '',
      ].join('\n'),
    );
  });

  it('are as wide as the terminal where columns may be wrapped, and lose nothing', () => {
    const columns = [
      { title: 'Name', key: 'name', wraps: true },
      { title: 'Id', key: 'id', wraps: true },
      { title: 'N', key: 'n' },
    ] as const;
    const row = [textCell('alpha beta gamma_delta'), textCell('x'.repeat(14)), textCell('1')];
    // 47 wide, so 7 too many: the widest column gives way, broken at spaces and joints.
    expect(renderTable({ columns, rows: [row] }, { ...ASCII, width: 40 })).toBe(
      [
        '+-------------+----------------+---+',
        '| Name        | Id             | N |',
        '+-------------+----------------+---+',
        '| alpha beta  | xxxxxxxxxxxxxx | 1 |',
        '| gamma_delta |                |   |',
        '+-------------+----------------+---+',
        '',
      ].join('\n'),
    );
    // Below the least of 12 no column is pressed, and what has no joint is broken anywhere.
    expect(renderTable({ columns, rows: [row] }, { ...ASCII, width: 10 })).toBe(
      [
        '+-------------+--------------+---+',
        '| Name        | Id           | N |',
        '+-------------+--------------+---+',
        '| alpha beta  | xxxxxxxxxxxx | 1 |',
        '| gamma_delta | xx           |   |',
        '+-------------+--------------+---+',
        '',
      ].join('\n'),
    );
  });

  it('become CSV in which no text is a formula and numbers are numbers', () => {
    expect(renderCsv(TABLE)).toBe('name,value\r\n"\'=cmd|""x"", y",-0.025\r\nab,\r\n');
  });

  it.each(['=1', '+1', '-1', '@x', '\tx'])('guards %j in CSV', (text) => {
    expect(csvField(text).replaceAll('"', '')).toBe(`'${text}`);
  });

  it('become Markdown in which no text is markup', () => {
    const rows = [
      [
        { text: '<b>|*x*\n[y](z)', raw: '' },
        { text: '1', raw: 1 },
      ],
    ];
    expect(renderMarkdown({ ...TABLE, rows })).toBe(
      '| Name | Value |\n| --- | ---: |\n| &lt;b>\\|\\*x\\* \\[y\\](z) | 1 |\n',
    );
  });
});

describe('units', () => {
  it.each([
    ['ratio', [0.123456], '12.35 %'],
    ['ratio', [1], '100.0 %'],
    ['bytes', [0], '0 B'],
    ['bytes', [3 * 2 ** 30], '3.000 GiB'],
    ['bytes_per_second', [1536], '1.500 KiB/s'],
    ['per_second', [1234.5], '1235/s'],
    ['seconds', [0.25], '250.0 ms'],
    ['seconds', [2], '2.000 s'],
    ['cores', [0.25], '0.250 cores'],
    ['count', [42], '42.00'],
  ] as const)('%s %j is %s', (unit, values, expected) => {
    expect(formatValue(values[0], scaleFor(unit, values))).toBe(expected);
  });

  it('has one scale for all values, chosen by the largest', () => {
    const scale = scaleFor('bytes', [2 ** 20, 2 ** 30]);
    expect(formatValue(2 ** 20, scale)).toBe('0.001 GiB');
  });

  it('never shows a negative zero', () => {
    expect(formatValue(-0.0001, { divisor: 1, suffix: '', decimals: 1 })).toBe('0.0');
  });
});

describe('time', () => {
  it.each([
    ['utc', '2026-01-01 13:00Z'],
    ['Europe/Berlin', '2026-01-01 14:00+01:00'],
    ['America/St_Johns', '2026-01-01 09:30-03:30'],
    ['Pacific/Chatham', '2026-01-02 02:45+13:45'],
  ])('%s', (zone, expected) => {
    expect(timeFormat(zone).dateTime(START)).toBe(expected);
  });

  it('shows seconds that are not zero', () => {
    expect(timeFormat('utc').dateTime(epochMs(START + 5_000))).toBe('2026-01-01 13:00:05Z');
  });

  it.each([
    [-5, '0 s'],
    [119, '119 s'],
    [120, '2 min'],
    [172_800, '2 d'],
  ])('an age of %d s is %s', (seconds, expected) => {
    expect(formatAge(seconds)).toBe(expected);
  });
});

describe('failures', () => {
  it('say what, which, and what next', () => {
    const error = new DomainError('HISTORY_TOO_SHORT', 'needs 24 steps, got 3', {
      need: 24,
      known: ['a', 'b'],
      none: [],
      issues: [{ at: 1 }],
    });
    expect(describeFailure(error, { debug: false })).toBe(
      'error: needs 24 steps, got 3\n' +
        '  need: 24\n' +
        '  known: a, b\n' +
        '  issues:\n    - {"at":1}\n' +
        '  next: wait for more observations, or widen the window\n' +
        '  code: HISTORY_TOO_SHORT\n',
    );
    expect(exitCodeOf(error)).toBe(3);
  });

  it('of our own end with 70 and show a stack only on request', () => {
    const error = new TypeError('boom');
    expect(exitCodeOf(error)).toBe(70);
    expect(describeFailure(error, { debug: false })).not.toContain('at ');
    expect(describeFailure(error, { debug: true })).toContain('render.test.ts');
  });

  it('cannot command the terminal', () => {
    expect(printable('a\u001b]0;x\u0007\u009b31m')).toBe('a ]0;x  31m');
  });
});

describe('suggestions', () => {
  it.each([
    ['endpoitn', 'endpoint'],
    ['outputs', 'output'],
    ['nothing', undefined],
  ])('%s means %s', (word, expected) => {
    expect(closest(word, ['endpoint', 'output'])).toBe(expected);
  });
});
