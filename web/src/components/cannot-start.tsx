/** All that is left to show when the page cannot learn where its API is. */
export function CannotStart({ error }: { readonly error: unknown }) {
  return (
    <main class="cannot-start">
      <h1>Helios cannot start</h1>
      <p role="alert">{error instanceof Error ? error.message : String(error)}</p>
      <button type="button" onClick={() => location.reload()}>
        Try again
      </button>
    </main>
  );
}
