import type { Page } from 'playwright-core';

/** Names that nobody should have, and that somebody will. */
export const HOSTILE_NAMES = {
  'markup, quotes and right-to-left marks':
    '\u202egnp"><img src=x onerror="window.injected=1">\u202c<script>window.injected=1</script>\'`$' +
    '{window.injected=1}\\ & </title></textarea> \u2067אבג\u2069 \u200f\u200e\u0000\u0007',
  '10,000 characters': 'x'.repeat(10_000),
} as const;

/**
 * Lets the API answer as if something had another name, whatever the API itself allows: each text `real` in
 * its answers becomes `shown`, and back in what it is asked.
 */
export async function renameInAnswers(page: Page, real: string, shown: string): Promise<void> {
  const inJson = JSON.stringify(shown).slice(1, -1);
  const asked = (text: string) =>
    text.replaceAll(encodeURIComponent(shown), real).replaceAll(inJson, real);
  const isApi = (url: URL) => /^\/(api|health|models)/.test(url.pathname);
  await page.route(isApi, async (route) => {
    const request = route.request();
    // A query writes some characters otherwise than a path does.
    const url = asked(
      request
        .url()
        .replaceAll('+', '%20')
        .replaceAll(/%2[789]/g, decodeURIComponent),
    );
    const postData = request.postData();
    const headers = { ...request.headers() };
    delete headers['if-none-match'];
    const response = await route.fetch({
      url,
      headers,
      ...(postData === null ? {} : { postData: asked(postData) }),
    });
    const text = await response.text();
    await route.fulfill({ response, body: text.replaceAll(real, () => inJson) });
  });
}
