import { useState } from 'preact/hooks';
import type { FeedbackRequest, Incident } from '#contracts/http/incidents.ts';
import { useChange } from '../../api/use-change.ts';
import { useRefresh } from '../../api/use-resource.ts';
import { Failure } from '../../components/failure.tsx';
import { Time } from '../../components/time.tsx';

const INCIDENTS = '/api/v1/incidents';

/** Takes what somebody says of an incident, and takes it back. */
export function FeedbackForm({ incident }: { readonly incident: Incident }) {
  const [note, setNote] = useState('');
  const [by, setBy] = useState('');
  const { run, busy, failure } = useChange<Incident>();
  const refresh = useRefresh();
  const say = (label: FeedbackRequest['label']) => {
    const body = { label, ...(note && { note }), ...(by && { by }) };
    run({ path: `${INCIDENTS}/${encodeURIComponent(incident.id)}/feedback`, body }, () => {
      setNote('');
      refresh(INCIDENTS);
    });
  };
  const { feedback } = incident;
  return (
    <div class="feedback">
      <p role="status">
        {feedback ? <Said feedback={feedback} /> : 'Nobody has said anything yet.'}
      </p>
      {feedback ? (
        <div class="buttons">
          <button type="button" disabled={busy} onClick={() => say('none')}>
            Take it back
          </button>
          <button
            type="button"
            disabled={busy}
            onClick={() => say(feedback.label === 'expected' ? 'anomaly' : 'expected')}
          >
            {feedback.label === 'expected' ? 'It was an anomaly' : 'It was expected'}
          </button>
        </div>
      ) : (
        <form onSubmit={(event) => event.preventDefault()}>
          <label class="form-field">
            Note
            <input
              type="text"
              maxLength={500}
              placeholder="e.g. the nightly batch"
              value={note}
              onInput={(event) => setNote(event.currentTarget.value)}
            />
          </label>
          <label class="form-field">
            Your name, where nobody signs in
            <input
              type="text"
              maxLength={128}
              autocomplete="username"
              value={by}
              onInput={(event) => setBy(event.currentTarget.value)}
            />
          </label>
          <div class="buttons">
            <button type="button" class="primary" disabled={busy} onClick={() => say('expected')}>
              Mark as expected
            </button>
            <button type="button" disabled={busy} onClick={() => say('anomaly')}>
              It was an anomaly
            </button>
          </div>
        </form>
      )}
      {failure && <Failure error={failure} />}
      <p class="quiet small">
        Expected incidents no longer count as open. Two that were marked so at the same time of day
        make the next one like them expected.
      </p>
    </div>
  );
}

function Said({
  feedback: { label, by, at, note },
}: {
  readonly feedback: NonNullable<Incident['feedback']>;
}) {
  return (
    <>
      <strong>{label === 'expected' ? 'Expected' : 'An anomaly'}</strong>, says{' '}
      <bdi>{by === 'helios' ? 'Helios' : by}</bdi>, <Time at={at} />
      {note && (
        <>
          : <bdi>{note}</bdi>
        </>
      )}
    </>
  );
}
