import type { ModelDetail, ModelInfo } from '#contracts/http/catalog.ts';
import { counted, formatCount } from '#core/units.ts';
import { useResource } from '../../api/use-resource.ts';
import { type Fact, Facts } from '../../components/facts.tsx';
import { Loaded } from '../../components/loaded.tsx';
import { Section } from '../../components/section.tsx';
import { Time } from '../../components/time.tsx';
import { href } from '../../routing/location.ts';
import { ChangeChampion } from './change-champion.tsx';
import { HorizonTable } from './horizon-table.tsx';
import { MemberTable } from './member-table.tsx';
import { Verdict } from './verdict.tsx';

/** One version: the verdict on it, its backtests, where it is from, and what can be done with it. */
export function ModelVersion({
  model,
  champion,
  versions,
}: {
  readonly model: ModelInfo;
  readonly champion: ModelInfo | undefined;
  readonly versions: readonly ModelInfo[];
}) {
  const detail = useResource<ModelDetail>(`/api/v1/models/${encodeURIComponent(model.id)}`);
  return (
    <Loaded resource={detail} what="backtests">
      {(loaded) => (
        <>
          <Section
            title={
              <>
                Version <code>{loaded.version.slice(0, 12)}</code>
              </>
            }
            aside={<ChangeChampion model={loaded} champion={champion} versions={versions} />}
          >
            <Verdict model={loaded} />
            <Facts items={factsOf(loaded)} />
          </Section>
          <Section title={`Backtest of ${loaded.model} by horizon`}>
            <HorizonTable model={loaded} />
          </Section>
          <Section title="All members, over all horizons">
            <MemberTable model={loaded} />
          </Section>
        </>
      )}
    </Loaded>
  );
}

function factsOf(model: ModelDetail): readonly Fact[] {
  const { training, provenance } = model;
  return [
    {
      term: 'Trained',
      value: <Time at={model.trained_at} />,
      note: <Time at={model.trained_at} form="age" />,
    },
    {
      term: 'Learned from',
      value: (
        <>
          <Time at={training.from} /> to <Time at={training.to} />
        </>
      ),
      note: counted(training.steps, 'step'),
    },
    { term: 'Judged at', value: counted(model.origins, 'origin') },
    { term: 'Members', value: formatCount(model.members.length) },
    {
      term: 'Run',
      value: <a href={href(['pipeline'], { run: model.run_id })}>{model.run_id}</a>,
    },
    { term: 'Seed', value: shown(provenance.seed) },
    { term: 'Code', value: shown(provenance.code_version) },
    { term: 'SHA-256', value: <code title={model.sha256}>{model.sha256.slice(0, 16)}</code> },
  ];
}

function shown(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '–';
}
