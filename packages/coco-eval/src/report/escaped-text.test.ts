import { expect, test } from 'vitest';
import { PanopticQuality } from '../panoptic/panoptic-quality.ts';
import { escapeControls, escapeMarkdown, escapeXml } from './escaped-text.ts';
import { formatMarkdown } from './markdown.ts';
import { drawPictures } from './pictures.ts';
import { panopticReport } from './report.ts';

const codes = (...numbers: number[]) => String.fromCharCode(...numbers);

test('control characters are shown by their codes', () => {
  expect(escapeControls(codes(27) + '[2Ja' + codes(0, 7, 10, 127, 155))).toBe('\\x1b[2Ja\\x00\\x07\\x0a\\x7f\\x9b');
  expect(escapeControls('a' + codes(0x202e) + 'b' + codes(0xd800))).toBe('a\\u202eb\\ud800'); // turned, half a character
  expect(escapeControls('größe 猫 🐈')).toBe('größe 猫 🐈');
});

test('XML has only what XML may have', () => {
  expect(escapeXml(`<a b="c" d='e'>&${codes(0, 27, 0xfffe, 0xdc00)}f`)).toBe(
    '&#60;a b=&#34;c&#34; d=&#39;e&#39;&#62;&#38;f',
  );
  expect(escapeXml('猫 🐈')).toBe('猫 🐈');
});

test('Markdown stays text on one line', () => {
  expect(escapeMarkdown('a\n\n# b\t|c\\`<i>`&lt;[x](y)')).toBe('a # b \\|c\\\\\\`&lt;i&gt;\\`&amp;lt;\\[x\\](y)');
  expect(escapeMarkdown(codes(27) + '[0m')).toBe('\\\\x1b\\[0m');
});

test.each([codes(27) + '[2J', codes(0) + 'a', '<script>alert(1)</script>', 'a\n| b', '`', '🐈'.repeat(40), '&#0;'])(
  'a report with the name %j is XML and a table',
  (name) => {
    const quality = new PanopticQuality({ categories: [{ id: 1, name }] });
    const map = { ids: [1], segments: [{ id: 1, category_id: 1 }] };
    quality.add({ groundTruth: map, prediction: map });
    const report = panopticReport(quality.result());
    const svg = drawPictures(report)['categories.svg'];
    // biome-ignore lint/suspicious/noControlCharactersInRegex: none may be left
    expect(svg).not.toMatch(/[\0-\x09\x0b-\x1f\x7f]|<script|&#0;|[\ud800-\udbff](?![\udc00-\udfff])/);
    const markdown = formatMarkdown(report);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: none may be left
    expect(markdown).not.toMatch(/[\0-\x09\x0b-\x1f\x7f]|<script/);
    expect(markdown.split('\n').find((line) => line.includes('| 1.000 |'))).toMatch(
      /^\| .* \| 1\.000 \| .* \| 0 \| 0 \|$|^\| .* \|$/,
    );
  },
);
