import type { Detection } from '#core/detect/detector.ts';
import { recentLevel } from '#core/detect/recent-level.ts';
import {
  type FittedReconstruction,
  ReconstructionStateSchema,
  restoreReconstruction,
} from '#core/detect/reconstruction.ts';
import { predictorLayout } from '#core/detect/reconstruction-predictors.ts';
import { type FittedResidual, residualDetector, restoreResidual } from '#core/detect/residual.ts';
import { ResidualStateSchema } from '#core/detect/residual-state.ts';
import {
  type FittedService,
  restoreService,
  type ServiceOptions,
  ServiceStateSchema,
  serviceDetector,
} from '#core/detect/service.ts';
import {
  createStreaming,
  restoreStreaming,
  type Streaming,
  type StreamingState,
  StreamingStateSchema,
  scaleStreaming,
} from '#core/detect/streaming.ts';
import type { Frame } from '#core/series/frame.ts';
import { addMs } from '#core/time.ts';
import { tinyReconstruction } from '#test/helpers/tiny-reconstruction.ts';
import { type Answer, type DetectorUnderTest, describeDetector } from './detector-contract.ts';

const answerOf = (detection: Detection): Answer => {
  const said = [...detection];
  return {
    scores: new Map(said.map(([metric, { scores }]) => [metric, scores])),
    expectations: new Map(
      said.flatMap(([metric, { expected, tolerance, usual }]) =>
        Object.entries({ expected, tolerance, usual }).map(([name, column]) => [
          `${name} of ${metric}`,
          column,
        ]),
      ),
    ),
  };
};

const residual = (fitted: FittedResidual): DetectorUnderTest => ({
  state: fitted.toState(),
  score: (frame, from) => answerOf(fitted.detect(frame, from)),
});

describeDetector({
  name: 'residual',
  judges: 'each metric',
  learn: (frame) => residual(residualDetector().fit(frame)),
  restore: (state) => residual(restoreResidual(ResidualStateSchema.parse(state))),
  refuses: {
    'two points': 'HISTORY_TOO_SHORT',
    'a constant in all metrics': 'HISTORY_TOO_SHORT',
    'nothing present in all metrics': 'HISTORY_TOO_SHORT',
    // Each seventh value missing leaves no six in a row to learn from what comes next.
    'infinite values in all metrics': 'HISTORY_TOO_SHORT',
    'the largest numbers in all metrics': 'HISTORY_TOO_SHORT',
  },
});

const service = (fitted: FittedService): DetectorUnderTest => ({
  state: fitted.toState(),
  score(frame, from) {
    const { scores, smoothed } = fitted.score(frame, from);
    return { scores: new Map(Object.entries({ scores, smoothed })) };
  },
});

const SERVICES: readonly ServiceOptions[] = [{ method: 'pca' }, { method: 'knn' }];
for (const options of SERVICES) {
  describeDetector({
    name: `service by ${options.method}`,
    judges: 'all metrics together',
    learn: (frame) => service(serviceDetector(options).fit(frame)),
    restore: (state) => service(restoreService(ServiceStateSchema.parse(state))),
    refuses: { 'two points': 'HISTORY_TOO_SHORT' },
  });
}

/** The first metric expected near its own level of 72 steps before, lower while the second is low. */
function reconstructionFor(frame: Frame): FittedReconstruction {
  const state = tinyReconstruction(frame).toState();
  const targets = state.targets.map((target) => {
    const { names } = predictorLayout(state.metrics, target.metric, target.excluded);
    const column = names.indexOf(`${state.metrics[1]}_lag_0`);
    const tree = { splits: [2 * column, -1, -1], values: [2e9, -1, 1], covers: [1, 1] };
    const gains = names.map((_, i) => (i === column ? 1 : 0));
    const trees = { columns: names.length, base: 0, trees: [tree], gains };
    return { ...target, center: null, scale: 50, trees };
  });
  return restoreReconstruction({ ...state, targets });
}

const reconstruction = (fitted: FittedReconstruction): DetectorUnderTest => ({
  state: fitted.toState(),
  score: (frame, from) => answerOf(fitted.detect(frame, from)),
});

describeDetector({
  name: 'reconstruction',
  judges: 'each metric',
  learn: (frame) => reconstruction(reconstructionFor(frame)),
  restore: (state) => reconstruction(restoreReconstruction(ReconstructionStateSchema.parse(state))),
  excuses: {
    'learning from anything': 'an engine learns its trees; that is tested where it lives',
  },
});

describeDetector({
  name: 'recent level',
  judges: 'each metric',
  learn: () => ({ score: (frame, from) => answerOf(recentLevel(frame, from)) }),
  excuses: { 'a state': 'it learns nothing: the rows before a row are all it knows' },
});

type StreamingStates = Readonly<Record<string, StreamingState>>;

/** A streaming detector for each metric; each goes on from where it has learned to. */
const streaming = (states: StreamingStates): DetectorUnderTest => ({
  state: states,
  score: (frame, from = 0) => ({
    scores: new Map(
      Object.entries(states).flatMap(([metric, state]): [string, Float64Array][] => {
        const detector = restoreStreaming(state);
        return frame.series.has(metric) ? [[metric, steps(detector, frame, metric, from)]] : [];
      }),
    ),
  }),
});

function steps(detector: Streaming, frame: Frame, metric: string, from: number): Float64Array {
  const values = frame.series.get(metric)?.values.subarray(from) ?? new Float64Array(0);
  return values.map((value, i) =>
    scaleStreaming(detector.step(addMs(frame.start, frame.step, from + i), value)),
  );
}

function learnStreaming(frame: Frame): StreamingStates {
  const states = [...frame.series.keys()].map((metric) => {
    const detector = createStreaming({ step: frame.step });
    steps(detector, frame, metric, 0);
    return [metric, detector.toState()] as const;
  });
  return Object.fromEntries(states);
}

describeDetector({
  name: 'streaming',
  judges: 'each metric',
  learn: (frame) => streaming(learnStreaming(frame)),
  restore: (state) =>
    streaming(
      Object.fromEntries(
        Object.entries(state ?? {}).map(([metric, one]) => [
          metric,
          StreamingStateSchema.parse(one),
        ]),
      ),
    ),
  excuses: { 'a first row': 'it learns as it goes: rows that it is not given are not known to it' },
});
