import type { Reason } from '#contracts/http/common.ts';

/** An answer that is a no: its sentence and its code. */
export function Refused({ reason, title }: { readonly reason: Reason; readonly title?: string }) {
  return (
    <div class="empty">
      {title && <p class="empty-title">{title}</p>}
      <ReasonLine reason={reason} />
    </div>
  );
}

/** Why an answer is as it is. */
export function Reasons({ reasons }: { readonly reasons: readonly Reason[] }) {
  if (reasons.length === 0) return null;
  return (
    <ul class="reasons">
      {reasons.map((reason, i) => (
        // Two reasons can say the same of two things.
        <li key={i}>
          <ReasonLine reason={reason} />
        </li>
      ))}
    </ul>
  );
}

function ReasonLine({ reason: { code, message } }: { readonly reason: Reason }) {
  return (
    <p class="reason">
      <bdi>{message}</bdi> <code class="quiet">{code}</code>
    </p>
  );
}
