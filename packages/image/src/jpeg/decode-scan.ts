import { BitReader } from './bit-reader.ts';
import {
  type CodedBlock,
  type DecodeBlock,
  decodeAcFirst,
  decodeAcRefinement,
  decodeDcFirst,
  decodeDcRefinement,
  decodeSequential,
  type ScanState,
} from './decode-blocks.ts';
import type { Component, Frame, Scan } from './frame.ts';

/**
 * Decodes a scan into the coefficients of its components.
 *
 * @param refuse Makes the error of a file that is cut short
 * @returns Offset of the marker after it
 */
export function decodeScan(bytes: Uint8Array, frame: Frame, scan: Scan, refuse: () => Error): number {
  const reader = new BitReader(bytes, scan.start, refuse);
  const state: ScanState = { endOfBandRun: 0, predictions: new Int32Array(scan.components.length) };
  const decodeUnit = unitDecoder(reader, scan, state, decoderOf(frame, scan));
  const { across, down } = unitsOf(frame, scan);
  const units = across * down;
  for (let unit = 0; unit < units; unit++) {
    if (scan.restartInterval > 0 && unit > 0 && unit % scan.restartInterval === 0) {
      reader.restart((unit / scan.restartInterval - 1) & 7);
      state.endOfBandRun = 0;
      state.predictions.fill(0);
    }
    // the rest of an interval whose data end too early stays as it is, gray at first
    if (!reader.isExhausted) decodeUnit(Math.floor(unit / across), unit % across);
  }
  return reader.finish();
}

function decoderOf({ isProgressive }: Frame, { first, high }: Scan): DecodeBlock {
  if (!isProgressive) return decodeSequential;
  if (first === 0) return high === 0 ? decodeDcFirst : decodeDcRefinement;
  return high === 0 ? decodeAcFirst : decodeAcRefinement;
}

/** Minimum coded units of a scan: of one component, its blocks (ITU-T T.81, A.2). */
export function unitsOf(frame: Frame, { components }: Pick<Scan, 'components'>): { across: number; down: number } {
  if (components.length > 1) return { across: frame.unitsAcross, down: frame.unitsDown };
  const { blocksAcross, blocksDown } = components[0].component;
  return { across: blocksAcross, down: blocksDown };
}

/** Decodes the blocks of the unit at a row and column: of one component, one block. */
function unitDecoder(reader: BitReader, scan: Scan, state: ScanState, decode: DecodeBlock) {
  const block: CodedBlock = { coefficients: scan.components[0].component.coefficients, at: 0, index: 0 };
  const decodeOne = (y: number, x: number) => {
    block.at = placeOf(scan.components[0].component, y, x);
    decode(reader, scan, state, block);
  };
  const decodeAll = (y: number, x: number) => {
    for (const [index, { component }] of scan.components.entries()) {
      block.index = index;
      block.coefficients = component.coefficients;
      for (let k = 0; k < component.across * component.down; k++) {
        const row = y * component.down + Math.floor(k / component.across);
        block.at = placeOf(component, row, x * component.across + (k % component.across));
        decode(reader, scan, state, block);
      }
    }
  };
  return scan.components.length === 1 ? decodeOne : decodeAll;
}

function placeOf({ stride }: Component, row: number, column: number): number {
  return 64 * (row * stride + column);
}
