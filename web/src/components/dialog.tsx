import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import type { ApiError } from '../api/api-error.ts';
import { Failure } from './failure.tsx';

/** Something that comes before the page until it is answered or closed. */
export function Dialog({
  title,
  open,
  onClose,
  actions,
  children,
}: {
  readonly title: string;
  readonly open: boolean;
  readonly onClose: () => void;
  readonly actions?: ComponentChildren;
  readonly children: ComponentChildren;
}) {
  const element = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    const dialog = element.current;
    if (!dialog || dialog.open === open) return;
    if (open) dialog.showModal();
    else dialog.close();
  }, [open]);
  return (
    <dialog ref={element} class="dialog" aria-labelledby={titleId} onClose={onClose}>
      {open && (
        <>
          <h2 id={titleId}>{title}</h2>
          <div class="dialog-body">{children}</div>
          <div class="dialog-actions">
            {actions ?? (
              <button type="button" onClick={onClose}>
                Close
              </button>
            )}
          </div>
        </>
      )}
    </dialog>
  );
}

/** Asks before something is changed, and says why it could not be. */
export function ConfirmDialog({
  title,
  open,
  confirm,
  tone,
  busy,
  failure,
  onConfirm,
  onClose,
  children,
}: {
  readonly title: string;
  readonly open: boolean;
  /** What is going to happen, e.g. `Roll back`. */
  readonly confirm: string;
  readonly tone?: 'danger';
  readonly busy: boolean;
  readonly failure: ApiError | undefined;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}) {
  const actions = (
    <>
      <button type="button" onClick={onClose}>
        Cancel
      </button>
      <button
        type="button"
        class={tone === 'danger' ? 'primary danger' : 'primary'}
        disabled={busy}
        onClick={onConfirm}
      >
        {busy ? 'One moment …' : confirm}
      </button>
    </>
  );
  return (
    <Dialog title={title} open={open} onClose={onClose} actions={actions}>
      {children}
      {failure && <Failure error={failure} />}
    </Dialog>
  );
}
