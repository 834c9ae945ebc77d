import { expect, test } from 'vitest';

import { terminalText } from './terminal-text.ts';

test('lines stay, and what steers a terminal is shown by its code', () => {
  expect(terminalText('a\n\x1b[2J\x9bb\u202ec\rd')).toBe('a\n\\x1b[2J\\x9bb\\u202ec\\x0dd');
});
