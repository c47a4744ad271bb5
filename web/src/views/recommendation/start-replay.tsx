import { useState } from 'preact/hooks';
import type { WorkloadRef } from '#contracts/http/common.ts';
import type { ReplayStarted } from '#contracts/http/replay.ts';
import { workloadQuery } from '../../api/query.ts';
import { useChange } from '../../api/use-change.ts';
import { useRefresh } from '../../api/use-resource.ts';
import { ConfirmDialog } from '../../components/dialog.tsx';
import { NumberField } from '../../components/number-field.tsx';

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
      <NumberField
        label="Days of the past"
        min="1"
        max="70"
        step="1"
        value={days}
        onChange={setDays}
      />
      <NumberField
        label="Seconds from the order of a unit until it serves"
        min="0"
        max="86400"
        step="1"
        placeholder="as configured, or 300"
        value={startUp}
        onChange={setStartUp}
      />
      <NumberField
        label="Price of a unit-hour"
        min="0"
        step="any"
        placeholder="as configured"
        value={price}
        onChange={setPrice}
      />
    </ConfirmDialog>
  );
}
