import { nextTurn } from '../inference/next-turn.ts';
import { closeFrame } from './frame.ts';
import type { GuardedReader } from './open-source.ts';

/** A frame with its number: its place among those of the source. */
export type NumberedFrame = { frame: number; value: unknown };

/** Frames in their order, read when they are asked for. */
export async function* everyFrame(reader: GuardedReader): AsyncGenerator<NumberedFrame, void, undefined> {
  for (let frame = 0; ; frame++) {
    const { done, value } = await reader.next();
    if (done === true) return;
    yield { frame, value };
  }
}

/**
 * The newest frame whenever one is asked for. The source is read all the time, a turn of the event loop between two frames;
 * one frame waits, and is closed when the next one comes.
 */
export async function* latestFrame(reader: GuardedReader): AsyncGenerator<NumberedFrame, void, undefined> {
  const room = new WaitingFrame();
  const reading = fill(room, reader);
  reading.catch(() => {}); // awaited behind the last frame
  try {
    for (let taken = await room.take(); taken !== null; taken = await room.take()) yield taken;
    await reading; // throws what the source has thrown
  } finally {
    room.close();
  }
}

async function fill(room: WaitingFrame, reader: GuardedReader): Promise<void> {
  try {
    for (let frame = 0; !room.isClosed; frame++) {
      const { done, value } = await reader.next();
      if (done === true) break;
      room.put({ frame, value });
      await nextTurn(); // a source that is always ready would leave no turn to anybody
    }
  } finally {
    room.end();
  }
}

/** Room for one frame. */
class WaitingFrame {
  isClosed = false;
  private waiting: NumberedFrame | null = null;
  private hasEnded = false;
  private wake = () => {};

  put(frame: NumberedFrame): void {
    closeFrame(this.waiting?.value);
    this.waiting = frame;
    if (this.isClosed) this.close();
    this.wake();
  }

  /** The frame that waits, or the next one; null behind the last. */
  async take(): Promise<NumberedFrame | null> {
    if (this.waiting === null && !this.hasEnded) await new Promise<void>((resolve) => (this.wake = resolve));
    const { waiting } = this;
    this.waiting = null;
    return waiting;
  }

  /** No frame comes any more. */
  end(): void {
    this.hasEnded = true;
    this.wake();
  }

  /** Nobody takes any more. */
  close(): void {
    this.isClosed = true;
    closeFrame(this.waiting?.value);
    this.waiting = null;
  }
}
