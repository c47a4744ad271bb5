import type { ModelBundle } from '#contracts/artifacts/model-bundle.ts';
import type { RightsizingBlock } from '#contracts/http/rightsizing.ts';
import type { AmountAdvice, ResourceAdvice } from '#core/recommend/resources.ts';

/**
 * The sizes of one replica as MOrA's recommendation has them. Null where nothing is recommended.
 *
 * @param made.pipelineType - `statistical`, or the model whose forecast the sizes are made of
 * @param made.fusionWeights - see `fusionWeightsOf`
 */
export function rightsizingBlock(
  { cpu, memory }: ResourceAdvice,
  made: {
    readonly replicas: number | null;
    readonly pipelineType: string;
    readonly fusionWeights: Readonly<Record<string, number>> | null;
  },
): RightsizingBlock {
  const amount = (advice: AmountAdvice) => (advice.decision === 'act' ? advice.request : null);
  return {
    cpu_cores: amount(cpu),
    memory_bytes: amount(memory),
    replicas: made.replicas,
    pipeline_type: made.pipelineType,
    fusion_weights: made.fusionWeights && { ...made.fusionWeights },
  };
}

/** The weights of a bundle's members where `member` is a weighted fusion of them; else null. */
export function fusionWeightsOf(
  { blends }: Pick<ModelBundle, 'blends'>,
  member: string,
): Readonly<Record<string, number>> | null {
  const spec = Object.hasOwn(blends, member) ? blends[member] : undefined;
  if (spec?.kind !== 'fusion') return null;
  return Object.fromEntries(spec.members.map(({ name, weight }) => [name, weight]));
}
