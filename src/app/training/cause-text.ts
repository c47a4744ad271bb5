/** What to tell people of an error: Step Functions hands the cause of a failed Lambda as JSON text. */
export function causeText(cause: unknown): string {
  const text = typeof cause === 'string' ? cause : JSON.stringify(cause ?? '');
  try {
    const parsed: unknown = JSON.parse(text);
    if (parsed && typeof parsed === 'object' && 'errorMessage' in parsed) {
      return String(parsed.errorMessage).slice(0, 500);
    }
  } catch {
    // Not JSON: the text itself is the message.
  }
  return text.slice(0, 500);
}
