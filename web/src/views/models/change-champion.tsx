import { useState } from 'preact/hooks';
import type { ModelDetail, ModelInfo } from '#contracts/http/catalog.ts';
import { formatGain } from '#core/units.ts';
import { useChange } from '../../api/use-change.ts';
import { useRefresh } from '../../api/use-resource.ts';
import { ConfirmDialog } from '../../components/dialog.tsx';
import { Name, WorkloadName } from '../../components/name.tsx';

type Intent = 'promote' | 'rollback';

/** Makes a version the champion, or takes the champion back, after saying what that changes. */
export function ChangeChampion({
  model,
  champion,
  versions,
}: {
  readonly model: ModelDetail;
  readonly champion: ModelInfo | undefined;
  readonly versions: readonly ModelInfo[];
}) {
  const [intent, setIntent] = useState<Intent | undefined>(undefined);
  const { run, busy, failure, reset } = useChange<unknown>();
  const refresh = useRefresh();
  const close = () => {
    setIntent(undefined);
    reset();
  };
  const change = (what: Intent) => {
    const path = `/api/v1/models/${encodeURIComponent(model.id)}/${what}`;
    run({ path, method: 'POST' }, () => {
      refresh('/api/v1/models');
      close();
    });
  };
  return (
    <div class="buttons">
      {model.stage !== 'champion' && (
        <button type="button" onClick={() => setIntent('promote')}>
          Promote
        </button>
      )}
      {champion && (
        <button
          type="button"
          disabled={model.rollback_to === null}
          title={model.rollback_to === null ? 'There has been no champion before' : undefined}
          onClick={() => setIntent('rollback')}
        >
          Roll back
        </button>
      )}
      <ConfirmDialog
        title="Promote this version?"
        open={intent === 'promote'}
        confirm="Promote"
        busy={busy}
        failure={failure}
        onConfirm={() => change('promote')}
        onClose={close}
      >
        <Change model={model} from={champion} to={model} />
      </ConfirmDialog>
      <ConfirmDialog
        title="Roll back the champion?"
        open={intent === 'rollback'}
        confirm="Roll back"
        tone="danger"
        busy={busy}
        failure={failure}
        onConfirm={() => change('rollback')}
        onClose={close}
      >
        <Change
          model={model}
          from={champion}
          to={versions.find(({ version }) => version === model.rollback_to?.version)}
        />
      </ConfirmDialog>
    </div>
  );
}

function Change({
  model,
  from,
  to,
}: {
  readonly model: ModelInfo;
  readonly from: ModelInfo | undefined;
  readonly to: ModelInfo | undefined;
}) {
  return (
    <>
      <p>
        Forecasts of <Name text={model.metric} /> of <WorkloadName of={model.workload} /> change
        from the next one on; what was issued stays as it is.
      </p>
      <dl class="change">
        <div>
          <dt>Serves now</dt>
          <dd>
            <Version of={from} />
          </dd>
        </div>
        <div>
          <dt>Will serve</dt>
          <dd>
            <Version of={to} />
          </dd>
        </div>
      </dl>
      <p class="quiet">
        The version that steps down is kept. The next training promotes another only if it wins.
      </p>
    </>
  );
}

/** No version at all: naive serves. */
function Version({ of }: { readonly of: ModelInfo | undefined }) {
  if (!of) return <>naive</>;
  const { version, model, skill } = of;
  const gain = skill.vs_naive === null ? '' : `, ${formatGain(skill.vs_naive)} against naive`;
  return (
    <>
      <code>{version.slice(0, 12)}</code> ({model}
      {gain})
    </>
  );
}
