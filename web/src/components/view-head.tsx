import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Simulated } from './simulated.tsx';

/** The heading of a view. It takes the focus when the view is entered, so that it is read out. */
export function ViewHead({
  title,
  documentTitle,
  simulated = false,
  actions,
  children,
}: {
  readonly title: ComponentChildren;
  /** For the window, where `title` is more than a text. */
  readonly documentTitle?: string;
  readonly simulated?: boolean;
  readonly actions?: ComponentChildren;
  readonly children?: ComponentChildren;
}) {
  const heading = useRef<HTMLHeadingElement>(null);
  const name = documentTitle ?? (typeof title === 'string' ? title : '');
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  useEffect(() => {
    document.title = name ? `${name.slice(0, 120)} · Helios` : 'Helios';
  }, [name]);
  return (
    <div class="view-head">
      <div class="view-title">
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {simulated && <Simulated />}
      </div>
      {actions && <div class="view-actions">{actions}</div>}
      {children && <div class="view-lead">{children}</div>}
    </div>
  );
}
