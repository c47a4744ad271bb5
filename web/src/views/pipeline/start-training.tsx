import { useState } from 'preact/hooks';
import type { WorkloadInfo } from '#contracts/http/catalog.ts';
import type { TrainResponse } from '#contracts/http/train.ts';
import { workloadId, workloadQuery } from '../../api/query.ts';
import { useChange } from '../../api/use-change.ts';
import { useRefresh, useResource } from '../../api/use-resource.ts';
import { ConfirmDialog } from '../../components/dialog.tsx';
import { workloadTitle } from '../../components/name.tsx';
import { NumberField } from '../../components/number-field.tsx';

/** Asks what is to be trained, and starts it. */
export function StartTraining({
  open,
  onClose,
  onStarted,
}: {
  readonly open: boolean;
  readonly onClose: () => void;
  readonly onStarted: (runId: string) => void;
}) {
  const workloads = useResource<{ readonly workloads: readonly WorkloadInfo[] }>(
    open ? '/api/v1/workloads' : null,
  );
  const [chosen, setChosen] = useState('');
  const [metrics, setMetrics] = useState<readonly string[]>([]);
  const [hours, setHours] = useState('');
  const { run, busy, failure, reset } = useChange<TrainResponse>();
  const refresh = useRefresh();
  const known = workloads.data?.workloads ?? [];
  const workload = known.find((each) => workloadId(each.workload) === chosen);
  const close = () => {
    reset();
    onClose();
  };
  const start = () => {
    const body = {
      ...(workload && workloadQuery(workload.workload)),
      ...(metrics.length > 0 && { metrics }),
      ...(hours !== '' && { hours: Number(hours) }),
    };
    run({ path: '/api/v1/train', body }, ({ run: started }) => {
      refresh('/api/v1/runs');
      close();
      onStarted(started.run_id);
    });
  };
  return (
    <ConfirmDialog
      title="Start a training"
      open={open}
      confirm="Start"
      busy={busy}
      failure={failure}
      onConfirm={start}
      onClose={close}
    >
      <label class="form-field">
        Workload
        <select
          value={chosen}
          onChange={(event) => {
            setChosen(event.currentTarget.value);
            setMetrics([]);
          }}
        >
          <option value="">All of them</option>
          {known.map((each) => (
            <option key={workloadId(each.workload)} value={workloadId(each.workload)}>
              {workloadTitle(each.workload).slice(0, 120)}
              {each.simulated ? ' (simulated)' : ''}
            </option>
          ))}
        </select>
      </label>
      {workload && (
        <fieldset class="form-field checks">
          <legend>Metrics (all, unless some are chosen)</legend>
          {workload.metrics.map(({ metric }) => (
            <label key={metric}>
              <input
                type="checkbox"
                checked={metrics.includes(metric)}
                onChange={(event) =>
                  setMetrics(
                    event.currentTarget.checked
                      ? [...metrics, metric]
                      : metrics.filter((name) => name !== metric),
                  )
                }
              />
              {metric}
            </label>
          ))}
        </fieldset>
      )}
      <NumberField
        label="Hours of history"
        min="1"
        max="9600"
        step="1"
        placeholder="672, four weeks"
        value={hours}
        onChange={setHours}
      />
      <p class="quiet small">
        A version that is trained serves only if it wins against naive, seasonal naive and the
        champion.
      </p>
    </ConfirmDialog>
  );
}
