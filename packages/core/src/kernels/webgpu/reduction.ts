import { WORKGROUP } from './run-program.ts';

/** WGSL of the lowest number, at which a maximum begins: no mask is below it, as the lowest number in place of −∞ is. */
export const LOWEST = '-3.4028234e38';

/**
 * WGSL of a function `name(value, lane)` that joins the values of a workgroup's lanes; every lane receives the result.
 * All lanes must call it.
 *
 * @param join Two values into one, as WGSL
 */
export function reduction(name: string, type: 'f32' | 'vec4<f32>', join: (a: string, b: string) => string): string {
  const partial = `${name}Parts`;
  return `
  var<workgroup> ${partial}: array<${type}, ${WORKGROUP}>;
  fn ${name}(value: ${type}, lane: i32) -> ${type} {
    ${partial}[lane] = value;
    workgroupBarrier();
    for (var reach = ${WORKGROUP / 2}; reach > 0; reach = reach / 2) {
      if (lane < reach) { ${partial}[lane] = ${join(`${partial}[lane]`, `${partial}[lane + reach]`)}; }
      workgroupBarrier();
    }
    let joined = ${partial}[0];
    workgroupBarrier();
    return joined;
  }`;
}

/** {@link reduction} by addition. */
export function sum(name: string, type: 'f32' | 'vec4<f32>'): string {
  return reduction(name, type, (a, b) => `${a} + ${b}`);
}
