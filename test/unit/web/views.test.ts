import { describe, expect, it } from '@jest/globals';
import type { ModelDetail, ModelInfo } from '#contracts/http/catalog.ts';
import type { DetectResponse } from '#contracts/http/detect.ts';
import type { Incident } from '#contracts/http/incidents.ts';
import type { PolicyUsed } from '#contracts/http/recommend.ts';
import { addMs, epochMs, HOUR, toIso } from '#core/time.ts';
import { closedAt, openIncidentAt } from '#test/helpers/incidents.ts';
import { piecesOf } from '../../../web/src/format/pieces.ts';
import { dataState } from '../../../web/src/views/health/data-state.ts';
import { detectRequest, expectedChart } from '../../../web/src/views/incidents/expected.ts';
import {
  inOrder,
  isConcern,
  ticksOf,
  timelineOf,
} from '../../../web/src/views/incidents/timeline.ts';
import { gateOf } from '../../../web/src/views/models/gate.ts';
import {
  horizonRows,
  horizonText,
  stepSeconds,
  subjectsOf,
} from '../../../web/src/views/models/horizons.ts';
import { formatDuration, ganttOf } from '../../../web/src/views/pipeline/gantt.ts';
import { stepsOf } from '../../../web/src/views/recommendation/arithmetic.ts';
import {
  decisionSentence,
  policyFacts,
  seconds,
} from '../../../web/src/views/recommendation/decision.ts';

const NOW = epochMs(Date.parse('2026-03-05T12:00:00Z'));

describe('the sentence of a recommendation', () => {
  it.each([
    [
      { decision: 'act', action: 'scale_out', current: 4, target: 6 },
      'Scale out from 4 to 6 replicas',
    ],
    [
      { decision: 'act', action: 'scale_in', current: 2, target: 1 },
      'Scale in from 2 to 1 replica',
    ],
    [
      { decision: 'act', action: 'no_action', current: 3, target: 3 },
      'Keep 3 replicas: that is the right number',
    ],
    [
      { decision: 'hold', action: 'no_action', current: 1, target: null },
      'Hold: leave it at 1 replica',
    ],
    [
      { decision: 'hold', action: 'no_action', current: null, target: null },
      'Hold: change nothing',
    ],
    [
      { decision: 'hold', action: 'investigate', current: null, target: null },
      'Hold: nothing can be recommended before somebody has looked',
    ],
    [{ decision: 'act', action: 'scale_out', current: null, target: 3 }, 'Run 3 replicas'],
  ] as const)('of %j', (given, sentence) => {
    expect(decisionSentence(given).sentence).toBe(sentence);
  });

  it('comes with the arithmetic, what is computed apart from how', () => {
    const steps = stepsOf(['needed: ⌈2.84 / 0.7⌉ = 5', 'nothing was computed']);
    expect(steps).toEqual([
      { what: 'needed', how: '⌈2.84 / 0.7⌉ = 5' },
      { what: '', how: 'nothing was computed' },
    ]);
  });

  it('comes with the policy in words', () => {
    const policy: PolicyUsed = {
      minimum_replicas: 2,
      maximum_replicas: 40,
      target_utilization: 0.675,
      scale_up_threshold: 0.85,
      scale_down_threshold: 0.3,
      scale_out_cooldown_seconds: 300,
      scale_in_cooldown_seconds: 45,
      scale_in_window_seconds: 7_200,
      scale_out_fraction: 1,
      scale_out_replicas: 4,
      scale_in_fraction: 0.25,
      quantile: 0.9,
      lead_time_seconds: 90,
      stale_after_seconds: 900,
    };
    const facts = new Map(policyFacts(policy).map(({ term, value }) => [term, value]));
    expect(facts.get('Replicas')).toBe('2 to 40');
    expect(facts.get('Planned utilisation')).toBe('67.5 %');
    expect(facts.get('At most added at once')).toBe('100 % or 4');
    expect([45, 90, 300, 5_400, 7_200].map(seconds)).toEqual([
      '45 s',
      '90 s',
      '5 min',
      '90 min',
      '2 h',
    ]);
  });
});

it('times in a text are found, the text around them is kept', () => {
  const at = Date.parse('2026-03-05T12:00:00Z');
  expect(piecesOf('until 2026-03-05T12:00:00.000Z: 5')).toEqual([
    { text: 'until ' },
    { at },
    { text: ': 5' },
  ]);
  expect(piecesOf('2026-03-05T12:00:00Z')).toEqual([{ at }]);
  expect(piecesOf('')).toEqual([]);
});

describe('the timeline of incidents', () => {
  const span = { from: addMs(NOW, HOUR, -10), to: NOW };
  const ago = (hours: number, changes: object = {}) =>
    openIncidentAt(addMs(NOW, HOUR, -hours), changes);

  it('has a strip per workload, those that need a look first', () => {
    const other = { key: 'default#shop#api#*' } as const;
    const expected = { label: 'expected', by: 'ada', at: toIso(NOW), note: null };
    const incidents = [
      closedAt(ago(1, other), NOW),
      ago(3),
      closedAt(ago(8), addMs(NOW, HOUR, -6)),
      // Neither in the time shown: one is over before it, the other begins after it.
      closedAt(ago(30), addMs(NOW, HOUR, -11)),
      ago(-1),
    ];
    const rows = timelineOf(incidents, span);
    expect(rows.map(({ workload }) => workload.deployment)).toEqual(['web', 'api']);
    // 3 of 10 hours ago until now; from 8 to 6 hours ago.
    const bars = rows[0]?.bars.map(({ left, width }) => [left.toFixed(6), width.toFixed(6)]);
    expect(bars).toEqual([
      ['0.700000', '0.300000'],
      ['0.200000', '0.200000'],
    ]);
    const calm = timelineOf(
      [{ ...ago(3), feedback: expected } as Incident, incidents[0] as Incident],
      span,
    );
    expect(calm.map(({ workload }) => workload.deployment)).toEqual(['api', 'web']);
  });

  it('is cut where the time shown begins', () => {
    const [row] = timelineOf([ago(20)], span);
    expect(row?.bars[0]).toMatchObject({ left: 0, width: 1 });
  });

  it('lists each once, those that need a look first, then the newest', () => {
    const [old, open, done] = [ago(9), ago(5), closedAt(ago(1), NOW)];
    expect(inOrder([done, open, old, open]).map(({ id }) => id)).toEqual([
      open.id,
      old.id,
      done.id,
    ]);
    expect(isConcern(done)).toBe(false);
  });

  it('has lines at midnight of the reader, each sixth hour of a short time, few of a long one', () => {
    const local = (day: number, hour = 0) => new Date(2026, 2, day, hour).getTime();
    const days = ticksOf({ from: local(1, 5), to: local(8, 5) });
    expect(days.map(({ at }) => at)).toEqual([2, 3, 4, 5, 6, 7, 8].map((day) => local(day)));
    const hours = ticksOf({ from: local(1, 5), to: local(2, 5) });
    expect(hours.map(({ at }) => at)).toEqual([local(1, 6), local(1, 12), local(1, 18), local(2)]);
    expect(ticksOf({ from: local(1), to: local(1) + 90 * 86_400_000 }).length).toBeLessThanOrEqual(
      8,
    );
  });
});

describe('what was expected around an incident', () => {
  it('is asked for from three hours before until one hour after, a week at most', () => {
    const open = openIncidentAt(addMs(NOW, HOUR, -2));
    // Two hours and three.
    expect(detectRequest(open, 'cpu', NOW)).toEqual({
      metrics: ['cpu'],
      lookback_minutes: 300,
      include_points: true,
    });
    const closed = closedAt(openIncidentAt(addMs(NOW, HOUR, -5)), addMs(NOW, HOUR, -4));
    // One hour, one after it and three before.
    expect(detectRequest(closed, 'cpu', NOW)).toMatchObject({
      end: '2026-03-05T09:00:00.000Z',
      lookback_minutes: 300,
    });
    expect(detectRequest(openIncidentAt(addMs(NOW, HOUR, -900)), 'cpu', NOW)).toMatchObject({
      lookback_minutes: 10_080,
    });
  });

  it('is no chart without values', () => {
    const answer = { points: {}, step_seconds: 300 } as unknown as DetectResponse;
    expect(expectedChart(answer, openIncidentAt(NOW), 'cpu', 'ratio')).toBeUndefined();
  });
});

describe('the stages of a run', () => {
  const stage = (name: 'validate' | 'evaluate', from: number, to: number | null) => ({
    name,
    state: to === null ? ('running' as const) : ('succeeded' as const),
    started_at: toIso(epochMs(NOW + from)),
    finished_at: to === null ? null : toIso(epochMs(NOW + to)),
    summary: {},
  });

  it('stand on one axis; the one that runs grows with the clock', () => {
    const stages = [stage('validate', 0, 1_000), stage('evaluate', 1_000, null)];
    expect(ganttOf(stages, NOW + 4_000)).toMatchObject({
      from: NOW,
      ms: 4_000,
      bars: [
        { left: 0, width: 0.25, ms: 1_000 },
        { left: 0.25, width: 0.75, ms: 3_000, state: 'running' },
      ],
    });
  });

  it('never last less than nothing, whatever the clocks say', () => {
    const { bars } = ganttOf([stage('validate', 1_000, 400)], NOW);
    expect(bars).toEqual([{ name: 'validate', state: 'succeeded', left: 0, width: 0, ms: 0 }]);
    expect(ganttOf([], NOW)).toEqual({ from: NOW, ms: 0, bars: [] });
  });

  it('took as long as is said', () => {
    expect(
      [0, 42, 999.6, 1_540, 12_345, 59_960, 75_000, 3_599_700, 4_020_000].map(formatDuration),
    ).toEqual(
      // Half a second more than 59 min 59 s is an hour.
      ['0 ms', '42 ms', '1 s', '1.54 s', '12.3 s', '1 min', '1 min 15 s', '1 h', '1 h 7 min'],
    );
  });
});

describe('the backtest of a version', () => {
  const bucket = (from_step: number, to_step: number, mae: number | null) => ({
    from_step,
    to_step,
    mae,
    cases: 10,
    skill_vs_naive: null,
    skill_vs_seasonal_naive: null,
  });
  const model = {
    model: 'ridge',
    backtest: [
      { member: 'naive', buckets: [bucket(1, 1, 4), bucket(2, 3, 0)] },
      { member: 'ridge', buckets: [bucket(1, 1, 3), bucket(2, 3, 5), bucket(4, 6, 1)] },
    ],
    coverage: [{ from_step: 2, to_step: 3, level: 0.8, coverage: 0.75, cases: 9 }],
  } as unknown as ModelDetail;

  it('is compared with naive on the same horizons; nothing is compared with an error of 0', () => {
    expect(horizonRows(model)).toMatchObject([
      { fromStep: 1, mae: 3, naiveMae: 4, relative: 0.75, coverage: [] },
      {
        fromStep: 2,
        mae: 5,
        naiveMae: 0,
        relative: null,
        coverage: [{ level: 0.8, coverage: 0.75 }],
      },
      { fromStep: 4, mae: 1, naiveMae: null, relative: null },
    ]);
    expect(horizonRows({ ...model, model: 'ses' })).toEqual([]);
  });

  it('names horizons by what they are, in a unit that suits them', () => {
    const training = { from: '2026-01-01T00:00:00Z', to: '2026-01-01T00:10:00Z', steps: 3 };
    // Two steps lie between three points.
    expect(stepSeconds({ training })).toBe(300);
    expect(stepSeconds({ training: { ...training, steps: 1 } })).toBeUndefined();
    expect(horizonText(1, 1, 300)).toBe('5 min');
    expect(horizonText(2, 3, 300)).toBe('10–15 min');
    expect(horizonText(73, 288, 300)).toBe('6.1–24 h');
    expect(horizonText(1, 12, 5)).toBe('5–60 s');
    expect(horizonText(49, 168, 3_600)).toBe('2–7 d');
    expect(horizonText(2, 3, undefined)).toBe('2–3 steps');
  });

  it('says what had to be beaten, where the decision does', () => {
    const against = { against: 'naive', skill: 0.1, cases: 5 };
    const gate = [
      against,
      { against: 'seasonal-naive', skill: null, cases: 0 },
      'noise',
      { cases: 1 },
    ];
    expect(gateOf({ code: 'WON', message: '', details: { gate, required: 0.05 } })).toEqual({
      required: 0.05,
      against: [
        { name: 'naive', skill: 0.1, cases: 5 },
        { name: 'seasonal-naive', skill: null, cases: 0 },
      ],
    });
    expect(gateOf({ code: 'FIRST', message: '' })).toBeUndefined();
  });

  it('is of a metric of a workload, newest first, with the one that serves', () => {
    const workload = { cluster: 'c', namespace: 'n', deployment: 'd', container: '*' };
    const version = (metric: string, name: string, stage: string) =>
      ({ workload, metric, version: name, stage }) as ModelInfo;
    const models = [
      version('cpu', 'b', 'candidate'),
      version('rps', 'x', 'archived'),
      version('cpu', 'a', 'champion'),
    ];
    const subjects = subjectsOf(models);
    expect(subjects.map(({ newest, champion }) => [newest.version, champion?.version])).toEqual([
      ['b', 'a'],
      ['x', undefined],
    ]);
  });
});

it('data are fresh for a quarter of an hour, or three steps where those are longer', () => {
  const seen = (minutes: number, step_seconds: number) =>
    dataState({ last_seen: toIso(epochMs(NOW - minutes * 60_000)), step_seconds }, NOW);
  expect([seen(15, 5), seen(16, 5), seen(16, 600), seen(31, 600)]).toEqual([
    'fresh',
    'stale',
    'fresh',
    'stale',
  ]);
  expect(dataState({ last_seen: null, step_seconds: 5 }, NOW)).toBe('no data');
});
