/** A number with a bar behind it, as long as its share of the largest. */
export function ShareBar({
  share,
  text,
  tone = 'accent',
}: {
  /** In [0, 1]. */
  readonly share: number;
  readonly text: string;
  readonly tone?: 'accent' | 'good' | 'bad' | 'quiet';
}) {
  const percent = 100 * Math.min(1, Math.max(0, share));
  return (
    <span class="share-bar">
      <span class="share-text number">{text}</span>
      <span class="share-track" aria-hidden="true">
        <span class={`share-fill ${tone}`} style={{ width: `${percent}%` }} />
      </span>
    </span>
  );
}
