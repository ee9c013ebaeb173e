import { type Frame, LIMITS, MalformedFrame, PHOENIX_TOPIC, PHX, Refusal } from '@tpx/protocol';
import type { Connection } from '../fanout/connection.ts';
import type { Session } from '../session/session.ts';

/** A client whose frames come in, by whatever transport. */
export type FrameSource = {
  session: Session;
  connection: Connection;
  /** Inputs that were no frame, so far. */
  malformed: number;
};

/** What a client sent becomes a frame and goes to its session; what is no frame is told so (spec WS-8). */
export function takeFrame<Input>(source: FrameSource, input: Input, decode: (input: Input) => Frame): void {
  const { session, connection } = source;
  let frame: Frame;
  try {
    frame = decode(input);
  } catch (error) {
    if (!(error instanceof MalformedFrame)) throw error;
    connection.push(PHOENIX_TOPIC, PHX.error, new Refusal('invalid', error.message).toBody());
    if (++source.malformed >= LIMITS.malformedFramesMax) connection.close('too_many_malformed');
    return;
  }
  session.handle(frame);
}
