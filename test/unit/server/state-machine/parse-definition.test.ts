import { describe, expect, it } from '@jest/globals';
import { TRAINING_PIPELINE } from '#contracts/pipeline/definition.ts';
import { bindDefinition } from '#server/state-machine/bind-definition.ts';
import { parseDefinition } from '#server/state-machine/parse-definition.ts';
import { machine } from './run.ts';

const S = { Type: 'Succeed' };
const task = (fields: object) => machine({ T: { Type: 'Task', Resource: 'x', ...fields } });
const each = (fields: object = {}) => ({ StartAt: 'E', States: { E: S }, ...fields });
const map = (fields: object) => machine({ M: { Type: 'Map', End: true, ...fields } });
const DISTRIBUTED = { Mode: 'DISTRIBUTED', ExecutionType: 'EXPRESS' };

describe('parseDefinition', () => {
  it('takes the training pipeline as it is deployed', () => {
    expect(parseDefinition(TRAINING_PIPELINE).StartAt).toBe('Plan');
  });

  it.each([
    ['at the top', { ...machine({ S }), Timeout: 1 }, 'Timeout'],
    ['in a state', task({ End: true, HeartbeatSeconds: 5 }), 'States.T.HeartbeatSeconds'],
    ['of JSONPath', task({ End: true, ResultPath: '$' }), 'States.T.ResultPath'],
    [
      'in a retrier',
      task({ End: true, Retry: [{ ErrorEquals: ['A'], Attempts: 2 }] }),
      'States.T.Retry[0].Attempts',
    ],
    [
      'in a catcher',
      task({ End: true, Catch: [{ ErrorEquals: ['A'], Next: 'T', ResultPath: '$' }] }),
      'States.T.Catch[0].ResultPath',
    ],
    [
      'in a choice',
      machine({
        C: { Type: 'Choice', Choices: [{ Condition: true, Next: 'S', Variable: '$.a' }] },
        S,
      }),
      'States.C.Choices[0].Variable',
    ],
    [
      'in a branch',
      machine({ P: { Type: 'Parallel', Branches: [each({ Extra: 1 })], End: true } }),
      'States.P.Branches[0].Extra',
    ],
    [
      'in a processor',
      map({ ItemProcessor: each({ TimeoutSeconds: 1 }) }),
      'States.M.ItemProcessor.TimeoutSeconds',
    ],
    [
      'in a state of a processor',
      map({ ItemProcessor: { StartAt: 'E', States: { E: { ...S, Next: 'E' } } } }),
      'States.M.ItemProcessor.States.E.Next',
    ],
    [
      'in an item reader',
      map({
        ItemProcessor: each({ ProcessorConfig: DISTRIBUTED }),
        ItemReader: {
          Resource: 'arn:aws:states:::s3:getObject',
          ReaderConfig: { InputType: 'JSON', MaxItems: 5 },
          Arguments: { Bucket: 'b', Key: 'k' },
        },
      }),
      'States.M.ItemReader.ReaderConfig.MaxItems',
    ],
    [
      'that writes results',
      map({ ItemProcessor: each({ ProcessorConfig: DISTRIBUTED }), ResultWriter: {} }),
      'States.M.ResultWriter',
    ],
    [
      'a Wait until a time',
      machine({ W: { Type: 'Wait', Timestamp: 't', End: true } }),
      'States.W',
    ],
  ])('refuses a field that it does not know: %s', (_, definition, path) => {
    expect(() => parseDefinition(definition)).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        message: expect.stringContaining(path),
        details: expect.objectContaining({ path: expect.stringContaining(path) }),
      }),
    );
  });

  it.each([
    ['another language', { ...machine({ S }), QueryLanguage: 'JSONPath' }, 'QueryLanguage'],
    ['no language', { StartAt: 'S', States: { S } }, 'QueryLanguage'],
    ['another type of state', machine({ S: { Type: 'Activity' } }), 'States.S.Type'],
    ['a start that is not there', { ...machine({ S }), StartAt: 'A' }, 'StartAt'],
    ['a next that is not there', task({ Next: 'Nowhere' }), 'States.T'],
    [
      'a next on another level',
      map({ ItemProcessor: each(), Next: 'E', End: undefined }),
      'States.M',
    ],
    ['neither Next nor End', task({}), 'States.T'],
    ['both Next and End', task({ Next: 'T', End: true }), 'States.T'],
    ['a state that nothing leads to', machine({ S, Lost: S }), 'States.Lost'],
    [
      'one name twice',
      machine({ E: { Type: 'Map', ItemProcessor: each(), End: true } }),
      'States.E.ItemProcessor.States.E',
    ],
    [
      'States.ALL in company',
      task({ End: true, Retry: [{ ErrorEquals: ['A', 'States.ALL'] }] }),
      'States.T.Retry[0].ErrorEquals',
    ],
    [
      'States.ALL before others',
      task({ End: true, Retry: [{ ErrorEquals: ['States.ALL'] }, { ErrorEquals: ['A'] }] }),
      'States.T.Retry',
    ],
    ['a variable named states', task({ End: true, Assign: { states: 1 } }), 'States.T.Assign'],
    ['a broken expression', task({ End: true, Output: '{% 1 + %}' }), 'States.T.Output'],
    ['$eval', task({ End: true, Arguments: { a: "{% $eval('1') %}" } }), 'States.T.Arguments.a'],
    [
      'a tolerance of INLINE',
      map({ ItemProcessor: each(), ToleratedFailureCount: 1 }),
      'Tolerated',
    ],
    [
      'a variable of the level around',
      machine({
        A: { Type: 'Pass', Assign: { n: 1 }, Next: 'P' },
        P: {
          Type: 'Parallel',
          Branches: [
            { StartAt: 'B', States: { B: { Type: 'Pass', Assign: { n: 2 }, End: true } } },
          ],
          End: true,
        },
      }),
      'States.P.Branches[0].States',
    ],
    ['what is no object', 'a string', ''],
  ])('refuses %s', (_, definition, path) => {
    expect(() => parseDefinition(definition)).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        details: expect.objectContaining({ path: expect.stringContaining(path) }),
      }),
    );
  });

  it('lets the executions of a DISTRIBUTED Map use names of their parent', () => {
    const definition = machine({
      A: { Type: 'Pass', Assign: { n: 1 }, Next: 'M' },
      M: {
        Type: 'Map',
        ItemProcessor: {
          ProcessorConfig: DISTRIBUTED,
          StartAt: 'B',
          States: { B: { Type: 'Pass', Assign: { n: 2 }, End: true } },
        },
        End: true,
      },
    });
    expect(() => parseDefinition(definition)).not.toThrow();
  });
});

describe('bindDefinition', () => {
  const slot = (name: string) => `$${`{${name}}`}`;

  it('replaces every placeholder and leaves its argument alone', () => {
    const definition = { a: [slot('One'), { b: `x-${slot('Two')}-${slot('One')}` }], n: null };
    const bound = bindDefinition(definition, { One: '1', Two: '2' });
    expect(bound).toEqual({ a: ['1', { b: 'x-2-1' }], n: null });
    expect(definition.a[0]).toBe(slot('One'));
  });

  it('does not bind what a substitution holds', () => {
    const value = `${slot('Two')}$&`;
    expect(bindDefinition(slot('One'), { One: value })).toBe(value);
  });

  it.each(['Missing', 'toString'])('refuses the unbound %s', (name) => {
    expect(() => bindDefinition({ States: { A: [slot(name)] } }, {})).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        details: expect.objectContaining({ path: 'States.A[0]' }),
      }),
    );
  });
});
