/** The mark of everything that was simulated: the sample workload and what is made from it. */
export function Simulated() {
  return (
    <span
      class="simulated"
      title="This workload is simulated: no real system stands behind its numbers"
    >
      simulated
    </span>
  );
}
