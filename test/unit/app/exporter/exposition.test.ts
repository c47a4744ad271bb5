import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { renderExposition, renderSample } from '#app/exporter/exposition.ts';
import { parseExposition } from '#test/helpers/exposition.ts';

const FAMILY = { name: 'helios_x', help: 'What x is.', type: 'gauge' } as const;

describe('the text format', () => {
  it('has help, type and samples of each family', () => {
    const text = renderExposition([
      { ...FAMILY, samples: [{ labels: {}, value: 1 }] },
      {
        name: 'helios_y',
        help: 'What y is.',
        type: 'counter',
        samples: [
          { labels: { a: 'b' }, value: 2.5 },
          { labels: { a: 'c', d: 'e' }, value: -1e21 },
        ],
      },
    ]);
    expect(text).toBe(
      [
        '# HELP helios_x What x is.',
        '# TYPE helios_x gauge',
        'helios_x 1',
        '# HELP helios_y What y is.',
        '# TYPE helios_y counter',
        'helios_y{a="b"} 2.5',
        'helios_y{a="c",d="e"} -1e+21',
        '',
      ].join('\n'),
    );
  });

  it('escapes what a label may not hold: a backslash, a quote, a line', () => {
    const text = renderSample('helios_x', { labels: { a: 'q"b\\n\nend' }, value: 1 });
    expect(text).toBe('helios_x{a="q\\"b\\\\n\\nend"} 1\n');
  });

  it('escapes help, where a quote is itself', () => {
    const help = 'a "b" \\ c\nd';
    const text = renderExposition([{ ...FAMILY, help, samples: [{ labels: {}, value: 1 }] }]);
    expect(text.split('\n')[0]).toBe('# HELP helios_x a "b" \\\\ c\\nd');
  });

  it('leaves out what is no number, and families of nothing', () => {
    const samples = [Number.NaN, Infinity, -Infinity].map((value) => ({ labels: {}, value }));
    expect(renderExposition([{ ...FAMILY, samples }])).toBe('');
    expect(renderExposition([{ ...FAMILY, samples: [] }])).toBe('');
  });

  it('gives back every text that a label was given', () => {
    const label = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constant('"}\n{x="'));
    fc.assert(
      fc.property(label, fc.double({ noNaN: true, noDefaultInfinity: true }), (text, value) => {
        const [sample, ...others] = parseExposition(
          renderExposition([{ ...FAMILY, samples: [{ labels: { a: text, b: '' }, value }] }]),
        );
        expect(others).toEqual([]);
        expect(sample?.labels).toEqual({ a: text, b: '' });
        // Both zeros are zero.
        expect(sample?.value).toBe(value + 0);
      }),
      { numRuns: 200 },
    );
  });
});

describe('the parser of these tests', () => {
  const head = '# HELP a x\n# TYPE a gauge\n';
  it.each([
    ['no end', `${head}a 1`],
    ['no type', '# HELP a x\na 1\n'],
    ['help twice', `# HELP a x\n${head}a 1\n`],
    ['a series twice', `${head}a{b="1"} 1\na{b="1"} 2\n`],
    ['a family in two places', `${head}a 1\n# HELP b x\n# TYPE b gauge\nb 1\na{c="1"} 1\n`],
    ['no number', `${head}a x\n`],
    ['a bad label', `${head}a{1b="c"} 1\n`],
    ['an unfinished label', `${head}a{b="c} 1\n`],
    ['a bad escape', `${head}a{b="\\t"} 1\n`],
    ['a timestamp', `${head}a 1 1700000000\n`],
  ])('refuses %s', (_, text) => {
    expect(() => parseExposition(text)).toThrow();
  });
});
