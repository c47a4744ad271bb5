import type { ResultSample } from '#app/ports/result-writer.ts';
import { MEASURES_NAMESPACE } from '#contracts/measures.ts';

/** What tells one prediction's metric from another's. Each combination is paid for. */
const DIMENSIONS = ['cluster', 'namespace', 'deployment', 'metric', 'horizon'] as const;

/**
 * Predictions as lines of the log that CloudWatch reads as metrics (the embedded metric format): the
 * metric `Predicted` of the namespace `Helios`. Of containers nothing is told: their dimensions would be
 * those of their deployment.
 *
 * @param write - takes one line without its end
 */
export function emfPredictions(
  write: (line: string) => void,
): (samples: readonly ResultSample[]) => void {
  return (samples) => {
    for (const { labels, at, value } of samples) {
      if (labels.container !== '*') continue;
      const dimensions = Object.fromEntries(DIMENSIONS.map((name) => [name, labels[name] ?? '']));
      const directive = {
        Namespace: MEASURES_NAMESPACE,
        Dimensions: [DIMENSIONS],
        Metrics: [{ Name: 'Predicted', Unit: 'None' }],
      };
      write(
        JSON.stringify({
          _aws: { Timestamp: at, CloudWatchMetrics: [directive] },
          ...dimensions,
          Predicted: value,
        }),
      );
    }
  };
}
