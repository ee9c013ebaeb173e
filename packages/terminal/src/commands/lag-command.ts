import { command } from './command.ts';
import { settled } from './wait-for-connection.ts';

const BEATS = 5;

export const LAG_COMMAND = command({
  name: 'lag',
  aliases: [],
  args: [],
  help: 'How long the server takes to answer, and how long your last messages took to be stored.',
  permission: { needs: 'account' },
  async run({ client }) {
    await settled(client);
    const beats: number[] = [];
    for (let beat = 0; beat < BEATS; beat++) beats.push(await client.measureRoundTrip());
    const { sendTimes } = client;
    return {
      round_trip_ms: Math.min(...beats),
      round_trip_max_ms: Math.max(...beats),
      sends: sendTimes.count,
      send_p50_ms: sendTimes.percentile(0.5) ?? null,
      send_p95_ms: sendTimes.percentile(0.95) ?? null,
    };
  },
  show: ({ round_trip_ms, round_trip_max_ms, sends, send_p50_ms, send_p95_ms }) => [
    `To the server and back: ${round_trip_ms} ms at best of ${BEATS}, ${round_trip_max_ms} ms at worst.`,
    sends === 0
      ? 'You have sent nothing since the start.'
      : `Your last ${sends} messages: stored after ${send_p50_ms} ms (p50), ${send_p95_ms} ms (p95).`,
  ],
});
