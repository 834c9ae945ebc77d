const POLYNOMIAL = 0x82f63b78; // Castagnoli, bits turned around
const MASK_DELTA = 0xa282ead8;

let table: Uint32Array | null = null;

/** CRC-32C (Castagnoli) of bytes as TensorFlow and LevelDB store it: turned by 15 bits and shifted by a constant. */
export function maskedCrc32c(...parts: readonly Uint8Array[]): number {
  table ??= Uint32Array.from({ length: 256 }, (_, byte) => remainder(byte));
  let crc = 0xffffffff;
  for (const bytes of parts) {
    for (let i = 0; i < bytes.length; i++) crc = table[(crc ^ bytes[i]) & 0xff] ^ (crc >>> 8);
  }
  crc = ~crc >>> 0;
  return (((crc >>> 15) | (crc << 17)) + MASK_DELTA) >>> 0;
}

function remainder(byte: number): number {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1;
  return value >>> 0;
}
