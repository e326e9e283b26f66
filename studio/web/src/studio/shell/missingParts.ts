/** Parts of the page that cannot be fetched any more: the server was updated and has others, or it does not answer. */

/** As browsers say it of an import: Chromium, Firefox, Safari; and the page's own loader of a style sheet. */
const MISSING = /dynamically imported module|importing a module script failed|unable to preload css/i;

export function isMissingPart(error: unknown): boolean {
  return error instanceof Error && MISSING.test(error.message);
}

/** Whether a page that is served now begins with another script than this one: its parts are others too. */
export function isOtherPage(html: string, script: string | null): boolean {
  return script !== null && html.includes("<script") && !html.includes(`"${script}"`);
}

/** Whether the server has another version of the page than this one; false where it does not answer. */
export async function isUpdated(): Promise<boolean> {
  try {
    const response = await fetch("/studio", { cache: "no-store", headers: { Accept: "text/html" } });
    const script = document.querySelector('script[type="module"][src]')?.getAttribute("src") ?? null;
    return response.ok && isOtherPage(await response.text(), script);
  } catch {
    return false;
  }
}
