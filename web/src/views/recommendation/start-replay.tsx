import { useState } from 'preact/hooks';
import type { WorkloadRef } from '#contracts/http/common.ts';
import type { ReplayStarted } from '#contracts/http/replay.ts';
import { workloadQuery } from '../../api/query.ts';
import { useChange } from '../../api/use-change.ts';
import { useRefresh } from '../../api/use-resource.ts';
import { ConfirmDialog } from '../../components/dialog.tsx';

const REPLAY = '/api/v1/replay';

/** Asks what a replay is to suppose, and starts it. */
export function StartReplay({
  workload,
  open,
  onClose,
  onStarted,
}: {
  readonly workload: WorkloadRef;
  readonly open: boolean;
  readonly onClose: () => void;
  readonly onStarted: (id: string) => void;
}) {
  const [days, setDays] = useState('28');
  const [startUp, setStartUp] = useState('');
  const [price, setPrice] = useState('');
  const { run, busy, failure, reset } = useChange<ReplayStarted>();
  const refresh = useRefresh();
  const close = () => {
    reset();
    onClose();
  };
  const start = () => {
    const body = {
      ...workloadQuery(workload),
      days: Number(days),
      ...(startUp !== '' && { start_up_seconds: Number(startUp) }),
      ...(price !== '' && { price_per_unit_hour: Number(price) }),
    };
    run({ path: REPLAY, body }, ({ run: started }) => {
      refresh(REPLAY);
      onStarted(started.run_id);
      close();
    });
  };
  return (
    <ConfirmDialog
      title="Start a replay"
      open={open}
      confirm="Start"
      busy={busy}
      failure={failure}
      onConfirm={start}
      onClose={close}
    >
      <p>
        Settings of each policy are chosen on the first half of the past, and judged on the second.
        Nothing is changed by it.
      </p>
      <label class="form-field">
        Days of the past
        <input
          type="number"
          min="1"
          max="70"
          step="1"
          value={days}
          onInput={(event) => setDays(event.currentTarget.value)}
        />
      </label>
      <label class="form-field">
        Seconds from the order of a unit until it serves
        <input
          type="number"
          min="0"
          max="86400"
          step="1"
          placeholder="as configured, or 300"
          value={startUp}
          onInput={(event) => setStartUp(event.currentTarget.value)}
        />
      </label>
      <label class="form-field">
        Price of a unit-hour
        <input
          type="number"
          min="0"
          step="any"
          placeholder="as configured"
          value={price}
          onInput={(event) => setPrice(event.currentTarget.value)}
        />
      </label>
    </ConfirmDialog>
  );
}
