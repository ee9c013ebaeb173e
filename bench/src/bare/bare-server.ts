/**
 * The floor that fan-out is compared with: rooms over Bun's native `publish` that speak the same frames, without
 * accounts, storage, order across nodes, presence or receipts. `bare-server.ts PORT`.
 */
type Data = { topic: string };
type Frame = [
  string | null,
  string | null,
  string,
  string,
  {
    client_id?: string;
    content?: { text: string };
    type?: string;
    resume?: Record<string, number>;
  },
];

const lastSeqs = new Map<string, number>();

const server = Bun.serve<Data>({
  hostname: '127.0.0.1',
  port: Number(process.argv[2]),
  fetch(request, self) {
    return self.upgrade(request, { data: { topic: '' } }) ? undefined : new Response('ready');
  },
  websocket: {
    idleTimeout: 60,
    sendPings: false,
    perMessageDeflate: false,
    message(socket, raw) {
      const [joinRef, ref, topic, event, payload] = JSON.parse(raw as string) as Frame;
      const reply = (response: string) => {
        if (ref === null) return;
        socket.sendText(
          `[${JSON.stringify(joinRef)},${JSON.stringify(ref)},${JSON.stringify(topic)},"phx_reply",{"status":"ok","response":${response}}]`,
        );
      };
      if (event === 'phx_join') {
        // A device that comes back names its rooms in the join of its `user:` topic.
        const resumed = Object.keys(payload.resume ?? {});
        for (const joined of payload.resume ? resumed : [topic]) socket.subscribe(joined);
        socket.data.topic = resumed[0] ?? topic;
        const pages = resumed.map((joined) => `${JSON.stringify(joined)}:{"events":[],"has_more":false}`);
        reply(`{"conversations":[],"resumed":{${pages.join(',')}}}`);
      } else if (event === 'message') {
        const seq = (lastSeqs.get(topic) ?? 0) + 1;
        lastSeqs.set(topic, seq);
        // As many fields as a message of ours has, so that the bytes compare.
        const message = JSON.stringify({
          id: Bun.randomUUIDv7(),
          client_id: payload.client_id,
          conversation_id: topic.slice(6),
          group_id: topic.slice(6),
          seq,
          sender_id: topic.slice(6),
          type: payload.type,
          content: payload.content,
          encryption: null,
          reply_to: null,
          mentions: [],
          reactions: [],
          created_at: new Date().toISOString(),
          edited_at: null,
          deleted: false,
        });
        server.publish(topic, `[null,null,"${topic}","message",{"seq":${seq},"message":${message}}]`);
        reply(`{"message":${message}}`);
      } else reply('{}');
    },
  },
});
