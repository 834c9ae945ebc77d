import { expect, test } from 'vitest';

import { errorText, terminalText } from './terminal-text.ts';

test('lines stay, and what steers a terminal is shown by its code', () => {
  expect(terminalText('a\n\x1b[2J\x9bb\u202ec\rd')).toBe('a\n\\x1b[2J\\x9bb\\u202ec\\x0dd');
});

test('an error is one line, but for those that it is made of', () => {
  expect(errorText('a\nb\x1b.json: expected x\n  missing: y\n  more: z')).toBe(
    'a\\x0ab\\x1b.json: expected x\n  missing: y\n  more: z',
  );
});
