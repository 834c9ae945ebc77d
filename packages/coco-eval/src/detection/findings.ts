import type { CocoImage } from './coco-types.ts';

/** One kind of fault, with how often and where. */
export type Finding = {
  /** `'error'`: the evaluation stops. `'warning'`: it goes on, with numbers that may not mean what they should. */
  severity: 'error' | 'warning';
  code: string;
  message: string;
  count: number;
  /** The first five places. */
  examples: string[];
};

/** Findings by kind, in the order they first occurred. */
export class Findings {
  readonly #byCode: Map<string, Finding> = new Map();

  error(code: string, message: string, where: string): void {
    this.#add('error', code, message, where);
  }

  warning(code: string, message: string, where: string): void {
    this.#add('warning', code, message, where);
  }

  #add(severity: Finding['severity'], code: string, message: string, where: string): void {
    let finding = this.#byCode.get(code);
    if (!finding) this.#byCode.set(code, (finding = { severity, code, message, count: 0, examples: [] }));
    if (finding.count++ < 5) finding.examples.push(where);
  }

  has(code: string): boolean {
    return this.#byCode.has(code);
  }

  list(): Finding[] {
    return [...this.#byCode.values()].sort(
      (a, b) => Number(a.severity === 'warning') - Number(b.severity === 'warning'),
    );
  }
}

/** Reads, and notes an error where that throws. @returns whether it went well */
export function attempt(read: () => void, code: string, where: string, findings: Findings): boolean {
  try {
    read();
    return true;
  } catch (error) {
    findings.error(code, 'it cannot be read', `${where}: ${(error as Error).message.replace(`${where}: `, '')}`);
    return false;
  }
}

/** Notes a mask that is not of the size of its image. */
export function checkSize(
  mask: { height: number; width: number },
  image: CocoImage,
  where: string,
  findings: Findings,
): void {
  if (image.height === undefined || image.width === undefined) return;
  if (mask.height !== image.height || mask.width !== image.width) {
    const sizes = `${mask.height} x ${mask.width}, image ${image.height} x ${image.width}`;
    findings.warning(
      'mask not of image size',
      'mask and image differ in size: every overlap is -1',
      `${where}: ${sizes}`,
    );
  }
}

/** One warning with all its places, or none without any. */
export function warningOf(code: string, message: string, places: string[]): Finding[] {
  if (places.length === 0) return [];
  return [{ severity: 'warning', code, message, count: places.length, examples: places.slice(0, 5) }];
}
