import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { ROUTES } from '#contracts/routes.ts';
import { ROOT } from '#test/helpers/repository.ts';

/** Values that have broken programs before. None of them holds a word that a leak would be known by. */
const HOSTILE: readonly unknown[] = [
  null,
  '',
  ' ',
  '__proto__',
  'constructor',
  'toString',
  '\u0000',
  '\ud800',
  '\u202e\u200b',
  '../../etc',
  '%00%ff%',
  '=1+1',
  'a'.repeat(5_000),
  '💥'.repeat(300),
  -1,
  0,
  1e308,
  -1e308,
  5e-324,
  2 ** 53,
  true,
  [],
  {},
  [[[]]],
  JSON.parse('{"__proto__": {"polluted": true}}'),
  '9999-12-31T23:59:59.999Z',
  '0000-01-01T00:00:00Z',
  '2026-02-30T00:00:00Z',
  '1970-01-01T00:00:00+23:59',
];

const hostile = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...HOSTILE) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
);

/** One change of a JSON value: which of its places, and what stands there then. */
interface Change {
  /** In [0, 1): of the places in the order of a walk. */
  readonly place: number;
  readonly kind: 'replace' | 'remove' | 'add';
  readonly value: unknown;
}

const change: fc.Arbitrary<Change> = fc.record({
  place: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  kind: fc.constantFrom('replace', 'replace', 'remove', 'add'),
  value: hostile,
});
const changes = fc.array(change, { maxLength: 3 });

/** A JSON value with some of its places changed. */
function changed(value: unknown, list: readonly Change[]): unknown {
  return list.reduce((current, each) => changedOnce(structuredClone(current), each), value);
}

function changedOnce(root: unknown, { place, kind, value }: Change): unknown {
  const places: { readonly holder: object; readonly name: string }[] = [];
  const walk = (node: unknown) => {
    if (typeof node !== 'object' || node === null || places.length > 2_000) return;
    for (const name of Object.keys(node)) {
      places.push({ holder: node, name });
      walk(Reflect.get(node, name));
    }
  };
  walk(root);
  const at = places[Math.floor(place * places.length)];
  if (!at) return value;
  if (kind === 'remove') Reflect.deleteProperty(at.holder, at.name);
  else
    Object.defineProperty(at.holder, kind === 'add' ? '__proto__' : at.name, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    });
  return root;
}

const junkText = fc.oneof(
  fc.constantFrom(
    '',
    '{',
    'null',
    '[]',
    '"x"',
    '1e999',
    '\ufeff{}',
    '{"a":1,"a":2}',
    '{"__proto__":{"polluted":true}}',
    `${'['.repeat(20_000)}${']'.repeat(20_000)}`,
    `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`,
    `{"history":[${'1,'.repeat(50_000)}1]}`,
  ),
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.json({ maxDepth: 3 }),
);
/** Over the limit of 1 MB; one text for all, which is made once. */
const HUGE = `{"deployment":"${'x'.repeat(1_100_000)}"}`;

/** A body as text: a changed sample, junk, rarely a huge one. */
function bodyOf(sample: string | undefined): fc.Arbitrary<string | undefined> {
  const parsed = parse(sample);
  return fc.oneof(
    { weight: 8, arbitrary: changes.map((list) => JSON.stringify(changed(parsed, list))) },
    { weight: 3, arbitrary: junkText },
    { weight: 1, arbitrary: fc.constantFrom(undefined, sample, HUGE) },
  );
}

function parse(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '{}');
  } catch {
    return {};
  }
}

const params = fc.dictionary(
  fc.constantFrom('deployment', 'namespace', 'metric', 'from', 'to', 'limit', '__proto__', 'x'),
  fc.oneof(fc.constantFrom('web', 'shop', 'cpu', '1', '-1', '1e9'), fc.string({ maxLength: 20 })),
  { maxKeys: 4 },
);

interface HttpSample {
  readonly routeKey: string;
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
}

/** A request: a sample with another body, other parameters, at times another route or no context. */
function httpEvent(sample: HttpSample, routeKeys: readonly string[]): fc.Arbitrary<unknown> {
  const text = sample.isBase64Encoded
    ? Buffer.from(sample.body ?? '', 'base64').toString('utf8')
    : sample.body;
  return fc
    .record({
      body: bodyOf(text),
      encoding: fc.constantFrom('plain', 'plain', 'plain', 'base64', 'wrong'),
      routeKey: fc.oneof(
        { weight: 8, arbitrary: fc.constant(sample.routeKey) },
        { weight: 3, arbitrary: fc.constantFrom(...routeKeys) },
        { weight: 1, arbitrary: fc.string({ maxLength: 30 }) },
      ),
      query: fc.option(params, { nil: undefined, freq: 2 }),
      ids: fc.option(fc.record({ id: fc.string({ maxLength: 60 }) }), { nil: undefined, freq: 3 }),
      broken: fc.option(
        fc.tuple(fc.constantFrom('requestContext', 'headers', 'pathParameters'), hostile),
        {
          nil: undefined,
          freq: 8,
        },
      ),
    })
    .map(({ body, encoding, routeKey, query, ids, broken }) => ({
      ...sample,
      routeKey,
      body: encoding === 'base64' ? Buffer.from(body ?? '').toString('base64') : body,
      isBase64Encoded: encoding !== 'plain',
      ...(query && { queryStringParameters: query }),
      ...(ids && { pathParameters: ids }),
      ...(broken && { [broken[0]]: broken[1] }),
    }));
}

/** Messages of a queue: those of a sample, changed, or junk. */
function queueEvent(records: readonly { readonly body: string }[]): fc.Arbitrary<unknown> {
  const bodies = records.map(({ body }) => body);
  const text = fc.oneof(
    fc
      .tuple(fc.constantFrom(...bodies), changes)
      .map(([body, list]) => JSON.stringify(changed(parse(body), list))),
    junkText,
  );
  return fc.array(text, { maxLength: 3 }).map((list) => ({
    Records: list.map((body, index) => ({ ...records[0], messageId: `m-${index}`, body })),
  }));
}

/** Events of one function, made from its samples. */
export function arbitraryEvents(name: string): fc.Arbitrary<unknown> {
  const folder = join(ROOT, 'events', name);
  const samples = readdirSync(folder)
    .filter((file) => file.endsWith('.json') && file !== 'expected.json')
    .map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')));
  const routeKeys = ROUTES.filter((route) => route.function === name).map(
    ({ method, path }) => `${method} ${path}`,
  );
  return fc.oneof(
    ...samples.map((sample) => {
      if (Array.isArray(sample.Records)) return queueEvent(sample.Records);
      if (routeKeys.length > 0 && sample.routeKey) return httpEvent(sample, routeKeys);
      return fc.oneof(
        { weight: 4, arbitrary: changes.map((list) => changed(sample, list)) },
        { weight: 1, arbitrary: hostile },
      );
    }),
  );
}
