import { BackendError } from '../errors.ts';

/** Part of tfjs's webgpu backend that gives tensors their buffers. */
export type BufferGiver = {
  uploadToGPU(dataId: object): void;
  tensorMap: {
    get(dataId: object): { shape: number[]; values?: unknown; resource?: unknown };
    delete(dataId: object): unknown;
  };
};

/** Bytes of a number on the device: integers and booleans have as many as floats. */
const BYTES = 4;

/**
 * Refuses tensors that a shader could not bind, before they have a buffer: the device would drop the shader's whole batch and tell
 * of it with the next read.
 *
 * @param most Bytes of one binding
 */
export function limitBindings(backend: BufferGiver, most: number): void {
  const upload = backend.uploadToGPU.bind(backend);
  backend.uploadToGPU = (dataId) => {
    const { shape, values, resource } = backend.tensorMap.get(dataId);
    const bytes = shape.reduce((product, side) => product * side, BYTES);
    if (resource == null && bytes > most) {
      if (values == null) backend.tensorMap.delete(dataId); // a result, which nobody has yet
      throw new BackendError(
        `webgpu: expected tensors of at most ${most} bytes, which this adapter binds, got [${shape.join(', ')}] of ${bytes}`,
      );
    }
    upload(dataId);
  };
}
