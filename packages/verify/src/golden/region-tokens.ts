import { FormatError } from '@seg/checkpoint/safetensors';

/** Numbers, names, and signs of one or two characters. */
const TOKEN = /\s*(?:(\d+(?:\.\d+)?)|([A-Za-z_]\w*)|(<=|>=|==|!=|[-+*/^%(),|<>=:;]))/y;

/** Signs that are written in more than one way. */
const SYNONYMS: Readonly<Record<string, string>> = {
  '≤': '<=',
  '≥': '>=',
  '≠': '!=',
  '·': '*',
  '×': '*',
  '−': '-',
  '²': '^2',
};

/** Cursor over the words of a formula. */
export class RegionTokens {
  readonly where: string;
  private readonly words: string[];
  private position = 0;

  /** @param where Names the formula in errors */
  constructor(where: string, text: string) {
    this.where = where;
    this.words = split(
      where,
      text.replace(/[≤≥≠·×−²]/g, (sign) => SYNONYMS[sign]),
    );
  }

  peek(): string | undefined {
    return this.words[this.position];
  }

  next(): string | undefined {
    return this.words[this.position++];
  }

  /** Takes the next word if it is one of these. */
  take(...wanted: string[]): string | undefined {
    const word = this.peek();
    return word !== undefined && wanted.includes(word) ? this.next() : undefined;
  }

  /** @throws FormatError where another word comes */
  expect(wanted: string): void {
    if (this.take(wanted) === undefined) throw this.fault(JSON.stringify(wanted));
  }

  number(): number {
    const word = this.peek();
    if (word === undefined || !/^\d/.test(word)) throw this.fault('a number');
    this.next();
    return Number(word);
  }

  fault(expected: string): FormatError {
    return new FormatError(`${this.where}: expected ${expected}, got ${JSON.stringify(this.peek() ?? 'its end')}`);
  }
}

function split(where: string, text: string): string[] {
  const words: string[] = [];
  const pattern = new RegExp(TOKEN);
  const end = text.trimEnd().length;
  while (pattern.lastIndex < end) {
    const start = pattern.lastIndex;
    const match = pattern.exec(text);
    if (match === null) throw new FormatError(`${where}: expected a formula, got ${JSON.stringify(text.slice(start))}`);
    words.push(match[1] ?? match[2] ?? match[3]);
  }
  return words;
}
