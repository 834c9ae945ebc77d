/** Control characters, and what XML 1.0 does not allow at all. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\0-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/** A text for a terminal: control characters and marks that turn the direction of writing as their codes, \x1b. */
export function escapeControls(text: string): string {
  return text.replace(CONTROL, (character) => {
    const code = character.charCodeAt(0).toString(16);
    return code.length > 2 ? `\\u${code}` : `\\x${code.padStart(2, '0')}`;
  });
}

/** A text in XML: without control characters, and with nothing that could be a tag, an entity or the end of a value. */
export function escapeXml(text: string): string {
  return text.replace(CONTROL, '').replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** A text in Markdown, on one line: no tag, entity, link, code or cell of a table begins or ends in it. */
export function escapeMarkdown(text: string): string {
  return escapeControls(text.replace(/\s+/g, ' '))
    .replace(/[\\`|*_[\]~]/g, '\\$&')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;');
}
