import type { ChannelSession } from './channel-session.ts';

/** One person's marks on all of these devices: they only rise (spec RCP-2). */
export function raiseMarks(
  devices: Iterable<Pick<ChannelSession, 'channels'>>,
  topic: string,
  deliveredSeq: number,
  readSeq: number,
): void {
  for (const { channels } of devices) {
    const channel = channels.get(topic);
    if (channel?.kind !== 'conversation') continue;
    channel.deliveredSeq = Math.max(channel.deliveredSeq, deliveredSeq);
    channel.readSeq = Math.max(channel.readSeq, readSeq);
  }
}
