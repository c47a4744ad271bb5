import type * as z from 'zod';
import {
  IGNORED_LSTM_KEYS,
  ignoredLstmKeys,
  type LstmConfig,
  LstmConfigSchema,
} from '#contracts/config/lstm-config.ts';
import { TrainRequestSchema } from '#contracts/http/train.ts';
import { DomainError } from '#core/errors.ts';
import { issuesOf, readYaml } from './config-file.ts';

/** The keys of `helios train --config`: those of the request. */
const TrainKeysSchema = TrainRequestSchema.omit({ run_id: true });
export type TrainKeys = z.infer<typeof TrainKeysSchema>;

/** What a file of `helios train --config` asks for. */
export interface TrainFile {
  readonly keys: TrainKeys;
  /** Models that can be asked for with this file; undefined: any. */
  readonly models?: readonly string[];
  /** What of the file decides nothing, and why. */
  readonly notes: readonly string[];
}

/** The network by itself, and the blend that it is a member of. */
const LSTM_MODELS = ['lstm', 'fusion'];

/**
 * Reads a file in either form: the keys of the train request, or the configuration of one metric's
 * network as the multi-horizon predictor had it.
 *
 * @throws {DomainError} `CONFIG_INVALID` with what each form has against the file
 */
export function parseTrainFile(text: string, path: string): TrainFile {
  const value = readYaml(text, path);
  const keys = TrainKeysSchema.safeParse(value);
  if (keys.success) return { keys: keys.data, notes: [] };
  const lstm = LstmConfigSchema.safeParse(value);
  if (lstm.success) return fileOfLstm(lstm.data);
  throw new DomainError(
    'CONFIG_INVALID',
    `${path} is neither a file of training keys nor the configuration of a network (metric_name, data, model, training)`,
    { as_training_keys: issuesOf(keys.error), as_network: issuesOf(lstm.error) },
  );
}

function fileOfLstm(config: LstmConfig): TrainFile {
  const { metric_name: metric, container_name: container, model } = config;
  const ignored = ignoredLstmKeys(config).map((key) => `${key}: ${IGNORED_LSTM_KEYS[key]}`);
  const named = `container_name: ${container} is not looked up, -d and --container name the workload`;
  return {
    keys: { metric, model: model.model_type, parameters: { lstm: config } },
    models: LSTM_MODELS,
    notes: [...(container === undefined ? [] : [named]), ...ignored],
  };
}
