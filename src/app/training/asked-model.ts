import type { TrainRequest } from '#contracts/http/train.ts';
import { BLEND_NAMES, MEMBER_NAMES } from '#core/forecast/line-up.ts';
import { FUSION_WEIGHTS } from '#core/training/learn-fusion.ts';

/** Members that every version holds: the references each model is judged by. */
const REFERENCES: readonly string[] = ['naive', 'day-naive', 'week-naive'];

/** The seeds' word for the blend. */
const ENSEMBLE = 'ensemble';

/** What a training request asks to be fitted. */
export interface AskedModel {
  /** The model that is to serve; null: the backtest chooses. */
  readonly serves: string | null;
  /** Whether a member belongs to this training. @param isDefault - whether it does unasked */
  readonly includes: (member: string, isDefault: boolean) => boolean;
}

/** Reads `model` or `model_type` of a request. */
export function askedModel(request: TrainRequest): AskedModel {
  const name = request.model ?? request.model_type;
  if (name === undefined || name === 'auto' || name === ENSEMBLE || name === 'median') {
    return { serves: name === 'median' ? name : null, includes: (_, isDefault) => isDefault };
  }
  const wanted = name === 'fusion' ? Object.keys(FUSION_WEIGHTS) : [name];
  return {
    serves: name,
    includes: (member) => wanted.includes(member) || REFERENCES.includes(member),
  };
}

/** Every name that a request may ask for. */
export function modelsToAskFor(): readonly string[] {
  return [...BLEND_NAMES, ENSEMBLE, ...MEMBER_NAMES];
}
