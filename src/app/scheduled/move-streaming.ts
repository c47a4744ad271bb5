import type { Detection, MetricScores } from '#core/detect/detector.ts';
import {
  createStreaming,
  restoreStreaming,
  type StreamingState,
  scaleStreaming,
} from '#core/detect/streaming.ts';
import type { Frame } from '#core/series/frame.ts';
import { addMs } from '#core/time.ts';

export interface MovedStreaming {
  readonly states: Readonly<Record<string, StreamingState>>;
  /** What was said of the rows from `scoredFrom` on. */
  readonly detection: Detection;
}

/**
 * Moves the streaming detectors of a workload on over the rows of a frame from `from` to its end. A
 * metric that has none yet gets one at its first value; one that the frame lacks has missed the rows.
 *
 * @param scoredFrom - first row whose scores are wanted; those before it only teach
 */
export function moveStreaming(
  states: Readonly<Record<string, StreamingState>>,
  frame: Frame,
  from: number,
  scoredFrom: number,
): MovedStreaming {
  const { start, step, length } = frame;
  const moved: Record<string, StreamingState> = {};
  const detection = new Map<string, MetricScores>();
  for (const [metric, { values }] of frame.series) {
    const state = states[metric];
    const first = state ? from : values.findIndex((value, i) => i >= from && !Number.isNaN(value));
    if (first < 0) continue;
    const streaming = state ? restoreStreaming(state) : createStreaming({ step });
    const scores = missing(length - scoredFrom);
    for (let row = first; row < length; row++) {
      const score = streaming.step(addMs(start, step, row), values[row]!);
      if (row >= scoredFrom) scores[row - scoredFrom] = scaleStreaming(score);
    }
    moved[metric] = streaming.toState();
    const unknown = missing(scores.length);
    // It knows what is too far, not what is expected.
    detection.set(metric, { scores, expected: unknown, tolerance: unknown, usual: unknown });
  }
  return { states: moved, detection };
}

function missing(length: number): Float64Array {
  return new Float64Array(length).fill(Number.NaN);
}
